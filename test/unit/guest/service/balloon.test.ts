// The guest kernel behind the balloon driver: pages with one round of reclaim, and back in order.

import { describe, expect, it } from 'vitest';
import {
  GFP_DIRECT_RECLAIM,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  KIND_BALLOON,
  KIND_UNMOVABLE,
  ORDER_MAX,
  THP_ORDER,
} from '../../../../src/core/index.ts';
import { GuestMemory } from '../../../../src/guest/index.ts';
import { BalloonPages } from '../../../../src/guest/service/balloon.ts';
import { bootGuest, expectSound, kindAt, stateAt } from '../../../support/core.ts';

const guest = (): GuestMemory =>
  new GuestMemory(bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } }), false);

describe('BalloonPages', () => {
  it('gets pages, holds them, and frees those that left', () => {
    const memory = guest();
    const balloon = new BalloonPages(memory);
    const pfns = new Uint32Array(8);
    expect(balloon.alloc(pfns, 8)).toBe(8);
    expect(balloon.heldFrames).toBe(0);
    pfns.reverse();
    balloon.enter(pfns, 8);
    expect(balloon.heldFrames).toBe(8);
    expect([...pfns].map((pfn) => kindAt(memory.core, pfn))).toEqual(Array(8).fill(KIND_BALLOON));
    expect(balloon.leave(3)).toBe(3);
    balloon.free(pfns.slice(5), 3);
    expect(balloon.heldFrames).toBe(5);
    expect(balloon.leave(99)).toBe(5);
    expectSound(memory.core);
  });

  it('of 2 MiB has blocks of that order', () => {
    const memory = guest();
    const balloon = new BalloonPages(memory, THP_ORDER);
    const pfns = new Uint32Array(2);
    expect(balloon.alloc(pfns, 2)).toBe(2);
    expect(stateAt(memory.core, pfns[0] as number)).toBe(KIND_UNMOVABLE | THP_ORDER);
    balloon.enter(pfns.toReversed(), 2);
    expect(balloon.heldFrames).toBe(1024);
  });

  it('has cache give way, and ends where nothing does, without the OOM killer', () => {
    const memory = guest();
    const { core } = memory;
    const cache: number[] = [];
    for (let page = 0; page < 1000; page += 1)
      cache.push(core.pages.alloc(GFP_HIGHUSER_MOVABLE & ~GFP_DIRECT_RECLAIM, 0, 0));
    memory.addShrinker({
      get pages() {
        return cache.length;
      },
      shrink: (wanted) => {
        const given = cache.splice(-wanted);
        for (const pfn of given) core.pages.free(pfn, 0, 0);
        return given.length;
      },
    });
    memory.addOomNotifier(() => expect.unreachable('the balloon does not have a process killed'));
    const pfns = new Uint32Array(256);
    const balloon = new BalloonPages(memory);
    let got = 256;
    let frames = 0;
    while (got === 256) {
      got = balloon.alloc(pfns, 256);
      balloon.enter(pfns.subarray(0, got).toReversed(), got);
      frames += got;
    }
    expect(cache).toEqual([]);
    expect(balloon.heldFrames).toBe(frames);
    expect(balloon.alloc(pfns, 1)).toBe(0);
    expectSound(core);
  });

  it('hints with free blocks of 4 MiB, none when there is none', () => {
    const memory = guest();
    const balloon = new BalloonPages(memory);
    const hint = balloon.allocHint() ?? -1;
    expect(stateAt(memory.core, hint)).toBe(KIND_UNMOVABLE | ORDER_MAX);
    balloon.freeHint(hint);
    expectSound(memory.core);
    while (memory.core.pages.alloc(GFP_KERNEL & ~GFP_DIRECT_RECLAIM, ORDER_MAX, 0) >= 0);
    expect(balloon.allocHint()).toBeUndefined();
  });

  it('refuses to change its accounting while it holds pages', () => {
    const balloon = new BalloonPages(guest());
    const pfns = new Uint32Array(1);
    balloon.alloc(pfns, 1);
    balloon.enter(pfns, 1);
    expect(() => balloon.adjustManaged(true)).toThrow(/^balloon.adjustManaged: /);
    balloon.leave(1);
    balloon.free(pfns, 1);
    balloon.adjustManaged(true);
    expect(balloon.heldFrames).toBe(0);
  });
});
