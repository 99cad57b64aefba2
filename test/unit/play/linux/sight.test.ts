import { describe, expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../../src/abi/unit.ts';
import { mapOf } from '../../../../src/map/index.ts';
import { type Sight, sightOf } from '../../../../src/play/linux/sight.ts';
import { loneHost } from '../../../../src/scenario/index.ts';
import { Balloon, GuestMapper } from '../../../../src/vmm/index.ts';

/** A guest without a driver at work: nothing is asked of its balloon but by the tests. */
function rig() {
  const { vm, clock } = loneHost({ memoryFrames: 256 * FRAMES_PER_MIB });
  const balloon = new Balloon(vm, clock, { profile: 'qemu', freePageHinting: true });
  const mapper = new GuestMapper(vm.guest);
  const sight = (hintedBefore = 0): Sight => {
    const map = mapOf(mapper.source(vm.guest.core));
    const reel = { name: 'guest', ...mapper.about, instants: [{ atMs: 0, map }] };
    return sightOf(balloon.model, reel, hintedBefore);
  };
  return { vm, balloon, sight };
}

describe('a sight', () => {
  it('counts what the host holds as the host does', () => {
    const { vm, sight } = rig();
    expect(sight().backedMib * FRAMES_PER_MIB).toBe(vm.guest.core.privateFrames);
  });

  it('says what is wanted and what there is, and counts pages and messages', () => {
    const { balloon, sight } = rig();
    const before = sight().counted['messages of the driver']!;
    balloon.setTarget(1000 * 256);
    const { targetMib, balloonMib, counted } = sight();
    expect(targetMib).toBe(1000);
    expect(balloonMib).toBeGreaterThan(100);
    expect(balloonMib).toBeLessThan(256);
    expect(counted['pages into the balloon']).toBe(balloon.model.counters.inflatedPages);
    expect(counted['messages of the driver']).toBe(before + balloon.model.counters.inflateRequests);
  });

  it('tells a run of hinting that is asked for from one that is under way and one that is through', () => {
    const { balloon, sight } = rig();
    expect(sight().hinting).toBe('no');
    const id = balloon.model.startHinting(false);
    const { hintedPages } = balloon.model.counters;
    expect(sight(hintedPages).hinting).toBe('asked');
    expect(sight(hintedPages - 1).hinting).toBe('held');
    const model = Object.create(balloon.model, {
      hinting: { value: { hostCmdId: id, guestCmdId: id } },
    }) as typeof balloon.model;
    expect(sightOf(model, sight().reel, hintedPages).hinting).toBe('under way');
  });
});
