// Requests of any order with the slow path behind them.

import { describe, expect, it } from 'vitest';
import {
  GFP_DIRECT_RECLAIM,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_NORETRY,
  STATUS_NO_MEMORY,
  STAT_COMPACT_RUNS,
  STAT_MIGRATED_PAGES,
} from '../../../src/core/index.ts';
import { verify } from '../../../src/core/verify.ts';
import { type GuestKernel, requestPages } from '../../../src/guest/index.ts';
import { CONFIG, makeGuest } from '../../support/guest.ts';
import { rawOf } from '../../../src/core/raw.ts';

/** Takes single pages without reclaim until none is left. */
function fill({ core }: GuestKernel, gfp: number): number[] {
  const taken: number[] = [];
  for (;;) {
    const pfn = rawOf(core).allocPages(gfp & ~GFP_DIRECT_RECLAIM, 0, 0, 0);
    if (pfn < 0) return taken;
    taken.push(pfn);
  }
}

describe('requestPages', () => {
  it('serves at once while there is room', () => {
    const guest = makeGuest(CONFIG, false);
    expect(requestPages(guest.memory, GFP_KERNEL, 3)).toBeGreaterThanOrEqual(0);
    expect(guest.core.stat(STAT_COMPACT_RUNS)).toBe(0);
  });

  it('compacts for a high order when memory is full of holes', () => {
    const guest = makeGuest(CONFIG, false);
    const { core } = guest;
    const taken = fill(guest, GFP_HIGHUSER_MOVABLE);
    for (const pfn of taken) if (pfn % 2 === 0) rawOf(core).freePages(pfn, 0, 0);
    rawOf(core).drainAll();
    while (core.stat(STAT_COMPACT_RUNS) === 0) {
      expect(requestPages(guest.memory, GFP_HIGHUSER_MOVABLE, 5)).toBeGreaterThanOrEqual(0);
    }
    expect(core.stat(STAT_COMPACT_RUNS)).toBeGreaterThan(0);
    expect(core.stat(STAT_MIGRATED_PAGES)).toBeGreaterThan(0);
    expect(verify(core)).toBeUndefined();
  });

  it('comes to an end: NORETRY at once, others after their retries and the OOM notifiers', () => {
    const guest = makeGuest(CONFIG, false);
    const { memory } = guest;
    let asked = 0;
    memory.addOomNotifier(() => {
      asked += 1;
      return 0;
    });
    while (requestPages(memory, GFP_KERNEL | GFP_NORETRY, 0) >= 0);
    expect(asked).toBe(0);
    let got = 0;
    while (got >= 0) got = requestPages(memory, GFP_KERNEL, 0);
    expect([got, asked]).toEqual([STATUS_NO_MEMORY, 1]);
  });

  it('goes on when an OOM notifier gives pages back', () => {
    const guest = makeGuest(CONFIG, false);
    const held = fill(guest, GFP_KERNEL);
    guest.memory.addOomNotifier(() => {
      const back = held.splice(0, 2048);
      for (const pfn of back) rawOf(guest.core).freePages(pfn, 0, 0);
      return back.length;
    });
    expect(requestPages(guest.memory, GFP_KERNEL, 0)).toBeGreaterThanOrEqual(0);
  });
});
