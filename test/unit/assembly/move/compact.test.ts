// A run of compaction: what it makes possible, and what it must not touch.

import { describe, expect, it } from 'vitest';
import {
  COMPACT_COMPLETE,
  COMPACT_SUCCESS,
  COMPACT_SYNC_FULL,
  COMPACT_SYNC_LIGHT,
  GFP_HIGHUSER_MOVABLE,
  GFP_TRANSHUGE,
  ZONE_DMA32,
  STAT_MIGRATED_PAGES,
  NONE,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { withMoves } from '../../../support/moves.ts';
import { hugeBlocks, scattered } from '../../../support/scattered.ts';

describe('compactDirect', () => {
  it('makes a huge block out of scattered pages and stops there', () => {
    const { core, id } = scattered(3);
    const pages = rawOf(core).objectPages(id);
    expect(rawOf(core).compactDirect(GFP_TRANSHUGE, 9, COMPACT_SYNC_LIGHT, 0)).toBe(
      COMPACT_SUCCESS,
    );
    expectSound(core);
    expect(hugeBlocks(core)).toBeGreaterThan(0);
    expect(hugeBlocks(core)).toBeLessThan(4);
    expect(rawOf(core).objectPages(id)).toBe(pages);
    expect(rawOf(core).allocPages(GFP_TRANSHUGE, 9, 0, 0)).toBeGreaterThan(0);
  });

  it('keeps shared pages shared', () => {
    const { core, id } = scattered(4);
    const child = rawOf(core).objectFork(id, NONE, 0, 0);
    rawOf(core).compactDirect(GFP_TRANSHUGE, 9, COMPACT_SYNC_FULL, 0);
    expectSound(core);
    for (let at = 0; at < 5000; at += 1) {
      expect(rawOf(core).objectFrame(child, at)).toBe(rawOf(core).objectFrame(id, at));
    }
  });
});

describe('compactZone', () => {
  it('leaves free memory in one piece', () => {
    const { core } = scattered(3);
    expect(hugeBlocks(core)).toBe(0);
    expect(rawOf(core).compactZone(ZONE_DMA32, 0)).toBe(COMPACT_COMPLETE);
    rawOf(core).drainAll();
    expectSound(core);
    expect(hugeBlocks(core)).toBeGreaterThan(0);
    expect(rawOf(core).unusableIndex(ZONE_DMA32, 9)).toBeLessThan(120);
  });

  it('tells the host about pages that it holds by number', () => {
    const core = bootGuest();
    const held = new Map<number, number>();
    for (let tag = 0; tag < 40_000; tag += 1) {
      const order = tag % 16 === 0 ? 2 : 0;
      const pfn = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, order, 0, tag);
      if (pfn >= 0) held.set(pfn, order);
    }
    for (const [pfn, order] of held) {
      if (pfn % 3 !== 0 || order !== 0) continue;
      rawOf(core).freePages(pfn, 0, 0);
      held.delete(pfn);
    }
    const moved = (from: number, to: number): void => {
      held.set(to, held.get(from) as number);
      held.delete(from);
    };
    const answer = withMoves(core, () => rawOf(core).compactZone(ZONE_DMA32, 1), moved);
    expect(answer).toBe(COMPACT_COMPLETE);
    expectSound(core);
    expect(core.moves.take(moved)).toBe(0);
    expect(core.stat(STAT_MIGRATED_PAGES)).toBeGreaterThan(1440);
    for (const [pfn, order] of held) expect(rawOf(core).freePages(pfn, order, 1)).toBe(0);
    expectSound(core);
  });
});
