// Isolation, migration and contiguous ranges.

import { describe, expect, it } from 'vitest';
import { GFP_BALLOON, GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../../src/abi/gfp.ts';
import {
  GUEST_BALLOON_HEAD_OFFSET,
  GUEST_BUSY_PFN_OFFSET,
  KIND_OBJECT,
  KIND_OFFLINE,
  KIND_UNMOVABLE,
  OBJECT_ANON,
  ZONE_DMA32,
  ZONE_FREE_OFFSET,
  ZONE_ISOLATED_BLOCKS_OFFSET,
  ZONE_MANAGED_OFFSET,
} from '../../../../src/abi/layout.ts';
import { MIGRATE_MOVABLE } from '../../../../src/abi/migratetype.ts';
import { STATUS_BAD_ARGUMENT, STATUS_BUSY, STATUS_MOVES_FULL } from '../../../../src/abi/status.ts';
import { type Core } from '../../../../src/core/index.ts';
import {
  balloonTake,
  bootGuest,
  expectSound,
  IMAGE,
  kindAt,
  pageblock,
  stateAt,
  zoneField,
} from '../../../support/core.ts';
import { headerWord, rawOf } from '../../../../src/core/raw.ts';
import { withMoves } from '../../../support/moves.ts';

const NONE = 0xffffffff;
const free = (core: Core): number => zoneField(core, ZONE_DMA32, ZONE_FREE_OFFSET);

function anon(core: Core, pages: number): number {
  const id = rawOf(core).objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
  expect(rawOf(core).objectTouch(id, 0, pages, 1, 0)).toBe(pages);
  return id;
}

function contig(core: Core, start: number, frames: number, kind: number): number {
  return rawOf(core).contigAlloc(start, frames, kind, MIGRATE_MOVABLE, 5, 0);
}

describe('contigAlloc', () => {
  it('takes free memory and gives it back as it was', () => {
    const core = bootGuest();
    rawOf(core).drainAll();
    const before = free(core);
    const start = 0x4000;
    expect(contig(core, start, 512, KIND_OFFLINE)).toBe(0);
    expectSound(core);
    expect(stateAt(core, start + 511)).toBe(KIND_OFFLINE);
    expect(pageblock(core, start) & 7).toBe(MIGRATE_MOVABLE);
    expect(rawOf(core).contigFree(start, 512, 0)).toBe(0);
    rawOf(core).drainAll();
    expectSound(core);
    expect(free(core)).toBe(before);
  });

  it('takes offline frames out of the managed ones', () => {
    const core = bootGuest();
    const before = zoneField(core, ZONE_DMA32, ZONE_MANAGED_OFFSET);
    contig(core, 0x4000, 1024, KIND_OFFLINE);
    expect(zoneField(core, ZONE_DMA32, ZONE_MANAGED_OFFSET)).toBe(before - 1024);
    rawOf(core).contigFree(0x4000, 1024, 0);
    expect(zoneField(core, ZONE_DMA32, ZONE_MANAGED_OFFSET)).toBe(before);
  });

  it('cuts a range out of larger blocks', () => {
    const core = bootGuest();
    expect(contig(core, 0x4000 + 100, 300, KIND_UNMOVABLE)).toBe(0);
    expectSound(core);
    expect(kindAt(core, 0x4000 + 99)).not.toBe(KIND_UNMOVABLE);
    expect(stateAt(core, 0x4000 + 100)).toBe(KIND_UNMOVABLE);
    expect(rawOf(core).contigFree(0x4000 + 100, 300, 0)).toBe(0);
    expectSound(core);
  });

  it('moves the pages of objects out of the way, shared ones with all that map them', () => {
    const core = bootGuest();
    const id = anon(core, 3000);
    const child = rawOf(core).objectFork(id, NONE, 0, 0);
    rawOf(core).objectTouch(child, 0, 40, 1, 1);
    const page = rawOf(core).objectFrame(id, 1000);
    const start = page - (page % 512);
    expect(contig(core, start, 512, KIND_OFFLINE)).toBe(0);
    expectSound(core);
    const moved = rawOf(core).objectFrame(id, 1000);
    expect(moved < start || moved >= start + 512).toBe(true);
    expect(rawOf(core).objectFrame(child, 1000)).toBe(moved);
    expect(kindAt(core, moved)).toBe(KIND_OBJECT);
    expect(rawOf(core).isBacked(moved)).toBe(1);
    expect(core.moves.take(() => expect.unreachable('objects need no log'))).toBe(0);
  });

  it('logs the moves of pages that the host holds by number', () => {
    const core = bootGuest();
    const held = new Map<number, number>();
    for (let tag = 0; tag < 700; tag += 1) {
      held.set(rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, tag % 3, 0, tag), tag % 3);
    }
    const page = [...held.keys()][350] as number;
    const start = page - (page % 512);
    expect(contig(core, start, 512, KIND_OFFLINE)).toBe(0);
    expectSound(core);
    core.moves.take((from, to) => {
      held.set(to, held.get(from) as number);
      held.delete(from);
    });
    for (const [pfn, order] of held) expect(rawOf(core).freePages(pfn, order, 0)).toBe(0);
    expectSound(core);
  });

  it('moves balloon pages to the head of the balloon', () => {
    const core = bootGuest();
    for (let batch = 0; batch < 8; batch += 1) balloonTake(core, 256, 0, GFP_BALLOON, 0);
    const start = headerWord(core, GUEST_BALLOON_HEAD_OFFSET) & ~511;
    expect(contig(core, start, 512, KIND_OFFLINE)).toBe(0);
    expectSound(core);
    let last = 0;
    expect(core.moves.take((_, to) => (last = to))).toBeGreaterThan(0);
    expect(headerWord(core, GUEST_BALLOON_HEAD_OFFSET)).toBe(last);
  });

  it('names the frame in the way and leaves everything else as it was', () => {
    const core = bootGuest();
    const blocker = rawOf(core).allocPages(GFP_KERNEL, 0, 0, 0);
    const start = blocker - (blocker % 512);
    rawOf(core).drainAll();
    const before = free(core);
    expect(contig(core, start, 512, KIND_OFFLINE)).toBe(STATUS_BUSY);
    expect(headerWord(core, GUEST_BUSY_PFN_OFFSET)).toBe(blocker);
    expect(contig(core, IMAGE.start, 512, KIND_OFFLINE)).toBe(STATUS_BUSY);
    expect(headerWord(core, GUEST_BUSY_PFN_OFFSET)).toBe(IMAGE.start);
    expect(free(core)).toBe(before);
    expect(zoneField(core, ZONE_DMA32, ZONE_ISOLATED_BLOCKS_OFFSET)).toBe(0);
    expectSound(core);
  });

  it('can be made again after the log of moves has filled up', () => {
    const core = bootGuest();
    let moves = 0;
    const held = new Set<number>();
    for (let tag = 0; tag < 12_000; tag += 1) {
      held.add(rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, tag));
    }
    // Pages come from high memory down by pageblock: find 4096 frames that are full.
    const start = [...held].find(
      (pfn) => pfn % 1024 === 0 && [1, 4095].every((n) => held.has(pfn + n)),
    );
    const from = start as number;
    expect(contig(core, from, 4096, KIND_OFFLINE)).toBe(STATUS_MOVES_FULL);
    expectSound(core);
    const answer = withMoves(
      core,
      () => contig(core, from, 4096, KIND_OFFLINE),
      () => (moves += 1),
    );
    expect(answer).toBe(0);
    expect(moves).toBeGreaterThanOrEqual(4096);
    expectSound(core);
  });

  it('refuses ranges outside memory, of several zones, of a CZone and of nothing', () => {
    const core = bootGuest({ spanFrames: 0x12000, config: { czones: 1 } });
    rawOf(core).czoneRegion(0x11000, 0x1000, 1024);
    rawOf(core).czonePlug(0x11000, 0x1000);
    expect(rawOf(core).czoneCreate(1, 4096, 1)).toBe(4);
    expect(contig(core, 0x11000, 512, KIND_OFFLINE)).toBe(STATUS_BAD_ARGUMENT);
    expect(contig(core, 0xf0000000, 512, KIND_OFFLINE)).toBe(STATUS_BAD_ARGUMENT);
    expect(contig(core, 0x1000 - 512, 1024, KIND_OFFLINE)).toBe(STATUS_BAD_ARGUMENT);
    expect(contig(core, 0x4000, 0, KIND_OFFLINE)).toBe(STATUS_BAD_ARGUMENT);
    expect(contig(core, 0x4000, 512, KIND_OBJECT)).toBe(STATUS_BAD_ARGUMENT);
  });
});
