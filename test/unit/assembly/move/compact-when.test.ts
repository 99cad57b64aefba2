// When compaction is tried and when it is left alone.

import { describe, expect, it } from 'vitest';
import {
  type Core,
  COMPACT_ASYNC,
  COMPACT_COMPLETE,
  COMPACT_DEFERRED,
  COMPACT_PARTIAL,
  COMPACT_SUCCESS,
  COMPACT_SYNC_FULL,
  COMPACT_SYNC_LIGHT,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_TRANSHUGE,
  KCOMPACTD_PAUSES,
  OBJECT_ANON,
  ZONE_DMA,
  ZONE_DMA32,
  STAT_MIGRATED_PAGES,
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_PAUSED,
  STATUS_SKIPPED,
  NONE,
} from '../../../../src/core/index.ts';
import { M, U } from '../../../model/fixture.ts';
import { coreWith } from '../../../support/exact.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { hugeBlocks, scattered, takeFreeBlocks } from '../../../support/scattered.ts';

describe('direct compaction', () => {
  it('is not tried where memory is short, nor where there is a block', () => {
    const full = bootGuest();
    const id = rawOf(full).objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
    rawOf(full).objectTouch(id, 0, 65_000, 1, 0);
    expect(rawOf(full).compactDirect(GFP_TRANSHUGE, 9, COMPACT_SYNC_LIGHT, 0)).toBe(STATUS_SKIPPED);
    const empty = bootGuest();
    expect(rawOf(empty).compactDirect(GFP_TRANSHUGE, 9, COMPACT_ASYNC, 0)).toBe(COMPACT_SUCCESS);
    expect(empty.stat(STAT_MIGRATED_PAGES)).toBe(0);
  });

  it('cannot move kernel pages, and is deferred after it has failed', () => {
    const core = bootGuest();
    const held: number[] = [];
    for (;;) {
      const pfn = rawOf(core).allocPages(GFP_KERNEL, 0, 0, 0);
      if (pfn < 0) break;
      held.push(pfn);
    }
    takeFreeBlocks(core);
    held.forEach((pfn) => {
      if (pfn % 3 !== 0) rawOf(core).freePages(pfn, 0, 0);
    });
    rawOf(core).drainAll();
    const first = rawOf(core).compactDirect(GFP_TRANSHUGE, 9, COMPACT_SYNC_LIGHT, 0);
    expect([COMPACT_COMPLETE, COMPACT_PARTIAL]).toContain(first);
    expectSound(core);
    expect(core.stat(STAT_MIGRATED_PAGES)).toBe(0);
    expect(rawOf(core).compactDirect(GFP_TRANSHUGE, 9, COMPACT_SYNC_LIGHT, 0)).toBe(
      COMPACT_DEFERRED,
    );
    expect(rawOf(core).compactDirect(GFP_TRANSHUGE, 9, COMPACT_SYNC_FULL, 0)).not.toBe(
      COMPACT_DEFERRED,
    );
  });
});

describe('in the background', () => {
  it('serves zones that lack a block of the order', () => {
    const { core } = scattered(3);
    expect(rawOf(core).compactBackground(9, ZONE_DMA32, 0)).toBeGreaterThan(0);
    expectSound(core);
    expect(hugeBlocks(core)).toBeGreaterThan(0);
  });

  it('acts of its own accord only when memory is badly scattered', () => {
    const { core } = scattered(3);
    expect(rawOf(core).proactiveScore()).toBeGreaterThan(90);
    const score = rawOf(core).compactProactive(0);
    expectSound(core);
    expect(score).toBeLessThanOrEqual(90);
    expect(rawOf(core).compactProactive(0)).toBe(STATUS_SKIPPED);
    expect(rawOf(bootGuest()).compactProactive(0)).toBe(STATUS_SKIPPED);
  });

  it('scans again after the hints have been forgotten', () => {
    const { core, id } = scattered(3);
    rawOf(core).compactZone(ZONE_DMA32, 0);
    for (let at = 1; at < 50_000; at += 3) rawOf(core).objectTruncate(id, at, 1, 0);
    rawOf(core).drainAll();
    rawOf(core).compactForgetHints();
    expect(rawOf(core).compactZone(ZONE_DMA32, 0)).toBe(COMPACT_COMPLETE);
    expectSound(core);
  });
});

describe('a zone from edge to edge', () => {
  it('pauses after each batch of pages, and has come as far in the end as without', () => {
    const [paced, at] = [scattered(3).core, scattered(3).core];
    let batches = 0;
    let result: number = STATUS_PAUSED;
    for (; result === STATUS_PAUSED; batches += 1) {
      result = rawOf(paced).compactZone(ZONE_DMA32, 0, KCOMPACTD_PAUSES);
    }
    expect(result).toBe(COMPACT_COMPLETE);
    expect(batches).toBeGreaterThan(10);
    expect(rawOf(at).compactZone(ZONE_DMA32, 0)).toBe(COMPACT_COMPLETE);
    expect(paced.stat(STAT_MIGRATED_PAGES)).toBe(at.stat(STAT_MIGRATED_PAGES));
    expect(hugeBlocks(paced)).toBe(hugeBlocks(at));
    expectSound(paced);
  });

  it('is put aside alone: neither kcompactd nor another zone goes on meanwhile', () => {
    const raw = rawOf(scattered(3).core);
    expect(raw.compactZone(ZONE_DMA32, 0, KCOMPACTD_PAUSES)).toBe(STATUS_PAUSED);
    expect(raw.compactZone(ZONE_DMA, 0, KCOMPACTD_PAUSES)).toBe(STATUS_BAD_STATE);
    expect(raw.compactBackground(9, ZONE_DMA32, 0)).toBe(STATUS_BAD_STATE);
    expect(raw.compactProactive(0)).toBe(STATUS_BAD_STATE);
    expect(raw.compactZone(ZONE_DMA32, 0)).toBe(COMPACT_COMPLETE);
    expect(raw.compactProactive(0, KCOMPACTD_PAUSES)).not.toBe(STATUS_BAD_STATE);
  });
});

const DMA32 = 1;
const ALL = Array.from({ length: 8 }, () => U);
/** Free frames of kernel pageblocks, every eighth one from `start`. */
const singles = (count: number, start = 0): number[] =>
  Array.from({ length: count }, (_, at) => start + 8 * at);

describe('whether a zone is suitable', () => {
  it.each([
    // order 4 wants more than 2 << 4 frames to move pages to
    ['too little is free', [0, U, singles(32)], STATUS_SKIPPED],
    ['memory is scattered', [0, U, singles(40)], COMPACT_COMPLETE],
    // 40 frames in five blocks: index 1000 - (1000 + 40000 / 16) / 5 = 300: too little memory, not too scattered
    ['it lies in large pieces', [3, U, singles(5)], STATUS_SKIPPED],
    ['a block is there', [4, U, [16, 48, 80]], COMPACT_SUCCESS],
  ] as const)('depends on its free memory: %s', (_, list, answer) => {
    const core = coreWith(ALL, [list]);
    expect(core.compaction.direct(GFP_KERNEL, 4, COMPACT_SYNC_LIGHT, 0)).toBe(answer);
  });

  it('does not depend on pieces where the order is cheap', () => {
    const core = coreWith(ALL, [[1, U, singles(20)]]);
    expect(core.compaction.direct(GFP_KERNEL, 3, COMPACT_SYNC_LIGHT, 0)).toBe(COMPACT_COMPLETE);
  });
});

const attempts = (core: Core, order: number, count: number): string =>
  Array.from({ length: count }, () =>
    core.compaction.direct(GFP_KERNEL, order, COMPACT_SYNC_LIGHT, 0) === COMPACT_DEFERRED
      ? '.'
      : 'x',
  ).join('');

describe('after failures', () => {
  it('one, three, seven attempts are skipped', () => {
    const core = coreWith(ALL, [[0, U, singles(400)]]);
    expect(attempts(core, 5, 17)).toBe('x.x...x.......x..');
  });

  it('63 are skipped at most', () => {
    const core = coreWith(ALL, [[0, U, singles(400)]]);
    const tried = attempts(core, 5, 400)
      .split('x')
      .map((skipped) => skipped.length);
    expect(tried.slice(1, -1)).toEqual([1, 3, 7, 15, 31, 63, 63, 63, 63, 63]);
  });

  it('all orders wait, but for those that compaction has once made a block of', () => {
    const never = coreWith(ALL, [[0, U, singles(400)]]);
    expect([5, 4, 6].map((order) => attempts(never, order, 1))).toEqual(['x', '.', 'x']);
    const once = coreWith(ALL, [
      [0, U, singles(400)],
      [4, U, [4080]],
    ]);
    expect(once.compaction.direct(GFP_KERNEL, 4, COMPACT_SYNC_LIGHT, 0)).toBe(COMPACT_SUCCESS);
    expect(once.pages.alloc(GFP_KERNEL, 4, 0)).toBe(4080);
    expect([5, 4, 6].map((order) => attempts(once, order, 1))).toEqual(['x', 'x', '.']);
  });

  it('are not counted where nothing is waited for', () => {
    const core = coreWith(ALL, [[0, U, singles(400)]]);
    for (let at = 0; at < 4; at += 1) {
      expect(core.compaction.direct(GFP_KERNEL, 5, COMPACT_ASYNC, 0)).toBe(COMPACT_COMPLETE);
    }
  });
});

describe('the score', () => {
  it('is the share of free frames outside free 2 MiB, weighed by memory', () => {
    // 512 frames in one piece, 256 in single ones: a third, of 4096 in 4097 frames
    const core = coreWith(
      [M, M, M],
      [
        [9, M, [0]],
        [0, M, singles(64, 512)],
        [6, M, [1024, 1152, 1280]],
      ],
    );
    expect(core.compaction.score).toBe(Math.floor((4096 * 33) / 4097));
    expect(coreWith([M], []).compaction.score).toBe(0);
  });
});

it('bad arguments are refused', () => {
  const raw = rawOf(coreWith([M], []));
  expect([
    raw.compactDirect(GFP_KERNEL, 0, COMPACT_SYNC_LIGHT, 0),
    raw.compactDirect(GFP_KERNEL, 11, COMPACT_SYNC_LIGHT, 0),
    raw.compactDirect(GFP_KERNEL, 4, 3, 0),
    raw.compactBackground(4, 4, 0),
    raw.compactBackground(4, DMA32, 1),
    raw.compactZone(2, 0),
    raw.compactProactive(1),
  ]).toEqual(Array(7).fill(STATUS_BAD_ARGUMENT));
  expect(raw.compactBackground(0, DMA32, 0)).toBe(0);
});
