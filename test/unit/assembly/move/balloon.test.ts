// The balloon's pages in the core: orders of docs/linux-memory.md C.4 and C.5, and counters.

import { describe, expect, it } from 'vitest';
import { GFP_BALLOON, GFP_HIGHUSER_MOVABLE } from '../../../../src/abi/gfp.ts';
import {
  GUEST_BALLOON_COUNT_OFFSET,
  GUEST_BALLOON_LIMBO_OFFSET,
  GUEST_SCRATCH_OFFSET,
  KIND_BALLOON,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_MANAGED_OFFSET,
} from '../../../../src/abi/layout.ts';
import { STATUS_BAD_STATE, STATUS_NEED_RECLAIM } from '../../../../src/abi/status.ts';
import { type Core, CoreError, expectAnswer } from '../../../../src/core/index.ts';
import {
  balloonTake,
  bootGuest,
  expectSound,
  kindAt,
  scratch,
  zoneField,
} from '../../../support/core.ts';
import { headerWord, rawOf, wordsOf } from '../../../../src/core/raw.ts';

const managed = (core: Core): number =>
  zoneField(core, ZONE_DMA, ZONE_MANAGED_OFFSET) + zoneField(core, ZONE_DMA32, ZONE_MANAGED_OFFSET);
const held = (core: Core): number => headerWord(core, GUEST_BALLOON_COUNT_OFFSET);

describe('inflating', () => {
  it('puts the last page requested first into the array', () => {
    const core = bootGuest();
    expect(rawOf(core).balloonRequest(0, 3, 0, GFP_BALLOON, 0)).toBe(3);
    const requested = scratch(core, 3);
    expectSound(core);
    expect(rawOf(core).balloonEnter(3)).toBe(0);
    expect(scratch(core, 3)).toEqual(requested.toReversed());
    expect(held(core)).toBe(3);
    expectSound(core);
  });

  it('gives what it has when memory runs out, then the status', () => {
    const core = bootGuest();
    let total = 0;
    for (;;) {
      const got = balloonTake(core, 256, 0, GFP_BALLOON, 0);
      if (got < 0) {
        expect(got).toBe(STATUS_NEED_RECLAIM);
        break;
      }
      total += got;
      if (got < 256) expect(balloonTake(core, 256, 0, GFP_BALLOON, 0)).toBe(STATUS_NEED_RECLAIM);
    }
    expect(held(core)).toBe(total);
    expect(total).toBeGreaterThan(50_000);
    expectSound(core);
  });

  it('goes on with an array after the guest has reclaimed', () => {
    const core = bootGuest();
    expect(rawOf(core).balloonRequest(0, 2, 0, GFP_BALLOON, 0)).toBe(2);
    const first = scratch(core, 2);
    expect(rawOf(core).balloonRequest(2, 4, 0, GFP_BALLOON, 0)).toBe(4);
    expect(scratch(core, 2)).toEqual(first);
  });

  it('takes huge pages too', () => {
    const core = bootGuest();
    expect(balloonTake(core, 8, 9, GFP_BALLOON, 0)).toBe(8);
    expect(scratch(core, 8).every((pfn) => pfn % 512 === 0)).toBe(true);
    expect(held(core)).toBe(8 * 512);
    expectSound(core);
  });

  it('leaves the managed pages only when told to', () => {
    const core = bootGuest();
    const before = managed(core);
    balloonTake(core, 100, 0, GFP_BALLOON, 0);
    expect(managed(core)).toBe(before);
    expect(rawOf(core).balloonAdjustManaged(1)).toBe(STATUS_BAD_STATE);
    rawOf(core).balloonPop(100);
    rawOf(core).balloonRelease(100, 0);
    expect(rawOf(core).balloonAdjustManaged(1)).toBe(0);
    balloonTake(core, 100, 0, GFP_BALLOON, 0);
    expect(managed(core)).toBe(before - 100);
    expectSound(core);
    rawOf(core).balloonPop(100);
    expect(managed(core)).toBe(before - 100);
    expectSound(core);
    rawOf(core).balloonRelease(100, 0);
    expect(managed(core)).toBe(before);
    expectSound(core);
  });
});

describe('an array with a block twice', () => {
  it('enters nothing, and is released to no list', () => {
    const core = bootGuest();
    rawOf(core).balloonRequest(0, 3, 0, GFP_BALLOON, 0);
    const [first = 0, second = 0, third = 0] = scratch(core, 3);
    const words = wordsOf(core);
    const at = headerWord(core, GUEST_SCRATCH_OFFSET) >>> 2;
    words.set([first, second, first], at);
    expect(rawOf(core).balloonEnter(3)).toBe(STATUS_BAD_STATE);
    expect(held(core)).toBe(0);
    expectSound(core);
    words.set([first, second, third], at);
    expect(rawOf(core).balloonEnter(3)).toBe(0);
    expect(rawOf(core).balloonPop(3)).toBe(3);
    words.set([second, first, second], at);
    expect(rawOf(core).balloonRelease(3, 0)).toBe(STATUS_BAD_STATE);
    expectSound(core);
    words.set([first, second, third], at);
    expect(rawOf(core).balloonRelease(3, 0)).toBe(0);
    expectSound(core);
  });
});

describe('deflating', () => {
  it('starts with the batch inflated last, in its order of allocation', () => {
    const core = bootGuest();
    rawOf(core).balloonRequest(0, 4, 0, GFP_BALLOON, 0);
    rawOf(core).balloonEnter(4);
    rawOf(core).balloonRequest(0, 3, 0, GFP_BALLOON, 0);
    const second = scratch(core, 3);
    rawOf(core).balloonEnter(3);
    expect(rawOf(core).balloonPop(2)).toBe(2);
    expect(scratch(core, 2)).toEqual(second.slice(0, 2));
    expect(headerWord(core, GUEST_BALLOON_LIMBO_OFFSET)).toBe(2);
    expect(kindAt(core, second[0] as number)).toBe(KIND_BALLOON);
    expectSound(core);
  });

  it('frees the array from its end', () => {
    const core = bootGuest();
    balloonTake(core, 3, 0, GFP_BALLOON, 0);
    rawOf(core).balloonPop(3);
    const popped = scratch(core, 3);
    expect(rawOf(core).balloonRelease(3, 0)).toBe(0);
    expectSound(core);
    const next = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, 0);
    expect(next).toBe(popped[0]);
  });

  it('stops at an empty balloon', () => {
    const core = bootGuest();
    balloonTake(core, 5, 0, GFP_BALLOON, 0);
    expect(rawOf(core).balloonPop(256)).toBe(5);
    expect(rawOf(core).balloonPop(256)).toBe(0);
  });

  it('frees only what was popped', () => {
    const core = bootGuest();
    balloonTake(core, 5, 0, GFP_BALLOON, 0);
    expect(() => expectAnswer(rawOf(core).balloonRelease(5, 0), 'release')).toThrow(CoreError);
    expectSound(core);
  });
});
