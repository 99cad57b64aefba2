// Which end of a list is which: requests fill it in order of allocation, the device sees the last first.

import { describe, expect, it } from 'vitest';
import { GFP_BALLOON, STATUS_BAD_STATE, ZONE_DMA32 } from '../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../support/core.ts';

/** Frames from the place in `pfns` of what was requested. */
function request(core: ReturnType<typeof bootGuest>, count: number): Uint32Array {
  const pfns = new Uint32Array(count);
  expect(core.balloon.request(pfns, 0, count, 0, GFP_BALLOON, 0)).toBe(count);
  return pfns;
}

describe('BalloonList', () => {
  it('writes what it got from an index on, and nothing before it', () => {
    const core = bootGuest();
    const pfns = new Uint32Array(6);
    expect(core.balloon.request(pfns, 2, 3, 0, GFP_BALLOON, 0)).toBe(3);
    expect([...pfns].map((pfn) => pfn > 0)).toEqual([false, false, true, true, true, false]);
    expect(core.balloon.heldFrames).toBe(0);
  });

  it('takes pages in with the last allocated first, so that the first allocated is popped first', () => {
    const core = bootGuest();
    const allocated = request(core, 4);
    const wire = allocated.toReversed();
    expect(core.balloon.enter(wire, 4)).toBe(0);
    expect(core.balloon.heldFrames).toBe(4);
    expect(core.balloon.pop(3)).toBe(3);
    expect(core.balloon.heldFrames).toBe(1);
    // the last three on the wire are on their way out, the first is still held
    expect(core.balloon.release(wire, 3, 0)).toBe(STATUS_BAD_STATE);
    expect(core.balloon.release(wire.slice(1), 3, 0)).toBe(0);
    expectSound(core);
  });

  it('frees in the order of the array: the last of it is the next to be handed out', () => {
    const core = bootGuest();
    const wire = request(core, 3).toReversed();
    core.balloon.enter(wire, 3);
    core.balloon.pop(3);
    core.balloon.release(wire, 3, 0);
    expect(core.pages.alloc(GFP_BALLOON, 0, 0)).toBe(wire[2]);
  });

  it('takes pages out of the managed ones only when told, and while it is empty', () => {
    const core = bootGuest();
    const managed = (): number => core.zone(ZONE_DMA32).managed;
    const before = managed();
    expect(core.balloon.adjustManaged(true)).toBe(0);
    core.balloon.enter(request(core, 5).toReversed(), 5);
    expect(managed()).toBe(before - 5);
    expect(core.balloon.adjustManaged(false)).toBe(STATUS_BAD_STATE);
    expectSound(core);
  });
});

it('what comes has room where it is wanted', () => {
  const { balloon } = bootGuest();
  const pfns = new Uint32Array(4);
  expect(() => balloon.request(pfns, 2, 3, 0, GFP_BALLOON, 0)).toThrow('at: expected');
  for (const none of [undefined, [1], 'x']) {
    expect(() => balloon.request(none as never, 0, 1, 0, GFP_BALLOON, 0)).toThrow('pfns: expected');
    expect(() => balloon.enter(none as never, 0)).toThrow('pfns: expected');
  }
  expect(balloon.heldFrames).toBe(0);
});
