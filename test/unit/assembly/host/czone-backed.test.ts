// A CZone's count of free frames with host memory stays right when backing changes under frames that are free.

import { describe, expect, it } from 'vitest';
import { type Core, THP_ORDER } from '../../../../src/core/index.ts';
import { expectSound } from '../../../support/core.ts';
import { BLOCK, REGION, bootRegion, written } from '../../../support/region.ts';

/** A zone of two blocks: pages 0 to 99 of its object are in use, 200 that followed are free and backed. */
function guest(): { core: Core; zone: number } {
  const core = bootRegion();
  const zone = core.czones.create(0, 4 * BLOCK, 2);
  const object = written(core, zone, 300);
  core.objects.truncate(object, 100, 200, 0);
  expect(core.zone(zone).backedFree).toBe(200);
  return { core, zone };
}

describe('free backed frames', () => {
  it('are fewer when the host takes some of them back, whatever else it takes', () => {
    const { core, zone } = guest();
    // 50 in use, 10 free
    core.backing.release(REGION + 50, 60);
    expect(core.zone(zone).backedFree).toBe(190);
    expectSound(core);
    core.backing.release(REGION, 2 * BLOCK);
    expect(core.zone(zone).backedFree).toBe(0);
    expectSound(core);
  });

  it('are more when the host touches free frames, from the middle of a block too', () => {
    const { core, zone } = guest();
    core.backing.touch(REGION + 290, 20, true);
    expect(core.zone(zone).backedFree).toBe(210);
    core.backing.touch(REGION + BLOCK + 77, 3, false);
    expect(core.zone(zone).backedFree).toBe(213);
    expectSound(core);
  });

  it('are counted for each zone that a range touches, and for no other', () => {
    const { core, zone } = guest();
    const other = core.czones.create(1, 4 * BLOCK, 1);
    core.backing.touch(REGION - 20, 3 * BLOCK + 60, true);
    expect(core.zone(other).backedFree).toBe(BLOCK);
    expect(core.zone(zone).backedFree).toBe(2 * BLOCK - 100);
    core.backing.release(REGION + BLOCK, 2 * BLOCK);
    expect(core.zone(other).backedFree).toBe(0);
    expect(core.zone(zone).backedFree).toBe(BLOCK - 100);
    expectSound(core);
  });

  it('include the neighbours that a fault on a huge host page backs', () => {
    const core = bootRegion();
    core.setBackingOrder(THP_ORDER);
    const zone = core.czones.create(0, 4 * BLOCK, 1);
    written(core, zone, 1);
    expect(core.zone(zone).backedFree).toBe(BLOCK - 1);
    expectSound(core);
  });

  it('are none once the guest is a template', () => {
    const { core, zone } = guest();
    core.backing.freezeTemplate();
    expect(core.zone(zone).backedFree).toBe(0);
    expectSound(core);
  });
});
