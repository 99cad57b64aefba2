// Who maps what of whom between CZones: a frame is its zone's, whoever maps it, and both sides count that.

import { describe, expect, it } from 'vitest';
import { ZONE_SHARED_OUT_OFFSET } from '../../../../src/abi/layout.ts';
import { ZONE_OBJECT_FRAMES_OFFSET, ZONE_OUTSIDE_OFFSET } from '../../../../src/abi/czone.ts';
import { CZONE_LIMIT_BORROW } from '../../../../src/abi/czone.ts';
import { type Core, NONE } from '../../../../src/core/index.ts';
import { expectSound, zoneField } from '../../../support/core.ts';
import { BLOCK, anonymous, bootRegion, written } from '../../../support/region.ts';

/** Frames of a zone that others map; entries of its objects that lie elsewhere; its own frames that objects map. */
const counts = (core: Core, zone: number): number[] =>
  [ZONE_SHARED_OUT_OFFSET, ZONE_OUTSIDE_OFFSET, ZONE_OBJECT_FRAMES_OFFSET].map((offset) =>
    zoneField(core, zone, offset),
  );

function guest(): { core: Core; one: number; two: number; parent: number } {
  const core = bootRegion();
  const [one = 0, two = 0] = [0, 1].map((owner) => core.czones.create(owner, 4 * BLOCK, 1));
  return { core, one, two, parent: written(core, one, 100) };
}

describe('a child in another zone', () => {
  it('is counted on both sides, page by page', () => {
    const { core, one, two, parent } = guest();
    const child = core.objects.fork(parent, two, 0);
    expect([counts(core, one), counts(core, two)]).toEqual([
      [100, 0, 100],
      [0, 100, 0],
    ]);
    // a write copies into the writer's zone; the parent's write leaves its page in its own
    core.objects.touch(child, 0, 30, true, 0);
    expect([counts(core, one), counts(core, two)]).toEqual([
      [70, 0, 100],
      [0, 70, 30],
    ]);
    core.objects.truncate(child, 90, 10, 0);
    expect([counts(core, one), counts(core, two)]).toEqual([
      [60, 0, 100],
      [0, 60, 30],
    ]);
    expectSound(core);
    core.objects.destroy(child, 0);
    expect([counts(core, one), counts(core, two)]).toEqual([
      [0, 0, 100],
      [0, 0, 0],
    ]);
    expectSound(core);
  });

  it('of the kernel’s zones is counted by the zone only', () => {
    const { core, one, parent } = guest();
    const child = core.objects.fork(parent, NONE, 0);
    expect(counts(core, one)).toEqual([100, 0, 100]);
    core.objects.destroy(parent, 0);
    // the pages are the child's now, and still the zone's
    expect(counts(core, one)).toEqual([100, 0, 100]);
    core.objects.destroy(child, 0);
    expect(counts(core, one)).toEqual([0, 0, 0]);
    expectSound(core);
  });

  it('of the same zone is none', () => {
    const { core, one, parent } = guest();
    core.objects.fork(parent, one, 0);
    expect(counts(core, one)).toEqual([0, 0, 100]);
  });
});

it('borrowed pages lie outside their zone', () => {
  const { core, two } = guest();
  core.czones.setPolicy(two, CZONE_LIMIT_BORROW, 1);
  const object = anonymous(core, two);
  core.objects.touch(object, 0, 4 * BLOCK + 9, true, 0);
  expect(counts(core, two)).toEqual([0, 9, 4 * BLOCK]);
  core.objects.truncate(object, 4 * BLOCK, 4, 0);
  expect(counts(core, two)).toEqual([0, 5, 4 * BLOCK]);
  expectSound(core);
});

describe('the objects of a zone', () => {
  it.each([
    ['first', 0],
    ['last', 2],
    ['middle', 1],
  ])('stay on its list when the %s one goes', (_, gone) => {
    const { core, two } = guest();
    const objects = [0, 1, 2].map(() => written(core, two, 10));
    core.objects.destroy(objects[gone] as number, 0);
    expectSound(core);
    // the zone's end takes those that are left along
    expect(core.czones.exit(two, 0)).toBe(1);
    expect(objects.map((object) => core.objects.pages(object) < 0)).toEqual([true, true, true]);
    expectSound(core);
  });
});
