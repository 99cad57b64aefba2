// Compaction: what it makes possible, when it is not tried, and what it must not touch.

import { describe, expect, it } from 'vitest';
import {
  COMPACT_ASYNC,
  COMPACT_COMPLETE,
  COMPACT_DEFERRED,
  COMPACT_PARTIAL,
  COMPACT_SUCCESS,
  COMPACT_SYNC_FULL,
  COMPACT_SYNC_LIGHT,
} from '../../../../src/abi/compact.ts';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_TRANSHUGE } from '../../../../src/abi/gfp.ts';
import {
  KIND_UNMOVABLE,
  OBJECT_ANON,
  ZONE_DMA32,
  ZONE_FREE_BY_ORDER_OFFSET,
} from '../../../../src/abi/layout.ts';
import { MIGRATE_MOVABLE } from '../../../../src/abi/migratetype.ts';
import { STAT_MIGRATED_PAGES } from '../../../../src/abi/stat.ts';
import { STATUS_SKIPPED } from '../../../../src/abi/status.ts';
import { type Core } from '../../../../src/core/index.ts';
import { bootGuest, expectSound, holdsMovable, zoneField } from '../../../support/core.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { withMoves } from '../../../support/moves.ts';

const NONE = 0xffffffff;

const hugeBlocks = (core: Core): number =>
  zoneField(core, ZONE_DMA32, ZONE_FREE_BY_ORDER_OFFSET + 36) +
  2 * zoneField(core, ZONE_DMA32, ZONE_FREE_BY_ORDER_OFFSET + 40);

/** What the watermarks keep free lies in whole blocks: take those too. */
function takeFreeBlocks(core: Core): void {
  for (let pfn = 0; pfn < 0x10000; pfn += 512) {
    if (holdsMovable(core, pfn, 512)) continue;
    rawOf(core).contigAlloc(pfn, 512, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0);
  }
}

/** Fills the guest with one object and takes every `stride`th page out of it again. */
function scattered(stride: number, kind = OBJECT_ANON): { core: Core; id: number } {
  const core = bootGuest();
  const id = rawOf(core).objectCreate(kind, NONE, GFP_HIGHUSER_MOVABLE, 0);
  rawOf(core).objectTouch(id, 0, 65_000, 1, 0);
  takeFreeBlocks(core);
  const pages = rawOf(core).objectPages(id);
  for (let at = 0; at < pages; at += stride) rawOf(core).objectTruncate(id, at, 1, 0);
  rawOf(core).drainAll();
  expectSound(core);
  expect(hugeBlocks(core)).toBe(0);
  return { core, id };
}

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
