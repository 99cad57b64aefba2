// The order in which a request that found no page is helped (docs/linux-memory.md A.16).

import { describe, expect, it } from 'vitest';
import {
  COMPACT_SUCCESS,
  GFP_HIGHUSER_MOVABLE,
  GFP_NORETRY,
  GFP_RETRY_MAYFAIL,
  STATUS_BUSY,
  STATUS_MOVES_FULL,
  STATUS_NEED_RECLAIM,
  STATUS_NO_MEMORY,
  STATUS_SKIPPED,
} from '../../../src/core/index.ts';
import { GuestMemory } from '../../../src/guest/index.ts';
import { slowPath } from '../../../src/guest/slow-path.ts';
import { bootGuest } from '../../support/core.ts';

/** A memory whose helpers note who was asked; the request is served at the attempt of that number. */
function rig(servedAt: number, cachePages: number, oomPages = 0) {
  const memory = new GuestMemory(bootGuest(), false);
  const asked: string[] = [];
  let cache = cachePages;
  memory.addShrinker({
    get pages() {
      return cache;
    },
    shrink: (wanted) => {
      const given = Math.min(wanted, cache);
      cache -= given;
      asked.push(`reclaim ${given}`);
      return given;
    },
  });
  let oomLeft = oomPages;
  memory.addOomNotifier(() => {
    asked.push('oom');
    const given = oomLeft;
    oomLeft = 0;
    return given;
  });
  let attempts = 0;
  const attempt = (): number => {
    attempts += 1;
    asked.push('attempt');
    return attempts === servedAt ? 7 : STATUS_NEED_RECLAIM;
  };
  const run = (gfp: number, order = 0): number =>
    slowPath(memory, { gfp, order, cpu: 0, attempt }, STATUS_NEED_RECLAIM);
  return { memory, asked, run };
}

describe('slowPath', () => {
  it('reclaims 32 pages a round and asks again after each', () => {
    const { asked, run } = rig(3, 100);
    expect(run(GFP_HIGHUSER_MOVABLE)).toBe(7);
    expect(asked).toEqual(['reclaim 32', 'attempt', 'attempt', 'reclaim 32', 'attempt']);
  });

  it('asks again, and empties the lists of the CPUs, only where reclaim freed something', () => {
    const { memory, asked, run } = rig(99, 0);
    let drains = 0;
    memory.core.pages.drainAll = () => (drains += 1);
    expect(run(GFP_HIGHUSER_MOVABLE | GFP_NORETRY)).toBe(STATUS_NO_MEMORY);
    expect([asked, drains]).toEqual([['reclaim 0'], 0]);
    const other = rig(99, 100);
    other.memory.core.pages.drainAll = () => (drains += 1);
    other.run(GFP_HIGHUSER_MOVABLE | GFP_NORETRY);
    expect([other.asked, drains]).toEqual([['reclaim 32', 'attempt', 'attempt'], 1]);
  });

  it('lets a request that must not retry go after one round', () => {
    const { asked, run } = rig(9, 100);
    expect(run(GFP_HIGHUSER_MOVABLE | GFP_NORETRY)).toBe(STATUS_NO_MEMORY);
    expect(asked).toEqual(['reclaim 32', 'attempt', 'attempt']);
  });

  it('asks the OOM notifiers when nothing can be reclaimed, and goes on when they gave', () => {
    const { asked, run } = rig(1, 0, 256);
    expect(run(GFP_HIGHUSER_MOVABLE)).toBe(7);
    expect(asked).toEqual(['reclaim 0', 'oom', 'attempt']);
  });

  it('never asks them for a request that may fail', () => {
    const { asked, run } = rig(99, 40);
    expect(run(GFP_HIGHUSER_MOVABLE | GFP_RETRY_MAYFAIL)).toBe(STATUS_NO_MEMORY);
    expect(asked).not.toContain('oom');
    expect(asked.filter((who) => who.startsWith('reclaim'))).toEqual(['reclaim 32', 'reclaim 8']);
  });

  it('goes on compacting where the log of moves was full, once its holders have heard of them', () => {
    const { memory } = rig(1, 0);
    const results = [STATUS_MOVES_FULL, STATUS_MOVES_FULL, COMPACT_SUCCESS];
    let full = 2;
    memory.core.compaction.direct = () => results.shift() ?? STATUS_SKIPPED;
    memory.deliverMoves = () => (full-- > 0 ? 1440 : 0);
    const attempt = (): number => (results.length === 0 ? 7 : STATUS_NEED_RECLAIM);
    // costly and NORETRY: it gives up where the first compaction is hopeless
    const request = { gfp: GFP_HIGHUSER_MOVABLE | GFP_NORETRY, order: 9, cpu: 0, attempt };
    expect(slowPath(memory, request, attempt())).toBe(7);
  });

  it('asks the owners of other statuses, and gives back the status that nobody could help', () => {
    const { memory } = rig(1, 0);
    const answers = [STATUS_NO_MEMORY, STATUS_BUSY];
    memory.addReliever(STATUS_NO_MEMORY, () => true);
    const attempt = (): number => answers.shift() ?? 0;
    const request = { gfp: GFP_HIGHUSER_MOVABLE, order: 0, cpu: 0, attempt };
    expect(slowPath(memory, request, attempt())).toBe(STATUS_BUSY);
  });
});
