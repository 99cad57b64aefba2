// Blocks moved elsewhere: what goes with them, what stays (docs/linux-memory.md A.19).

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE } from '../../../../src/abi/gfp.ts';
import {
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_OFFLINE,
  OBJECT_ANON,
  ZONE_DMA32,
  ZONE_FREE_OFFSET,
} from '../../../../src/abi/layout.ts';
import { MIGRATE_MOVABLE } from '../../../../src/abi/migratetype.ts';
import { STAT_MIGRATED_PAGES } from '../../../../src/abi/stat.ts';
import { NONE, PAGEBLOCK_FRAMES } from '../../../../src/abi/unit.ts';
import type { Core } from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound, kindAt, stateAt, zoneField } from '../../../support/core.ts';
import { withMoves } from '../../../support/moves.ts';

/** Takes the pageblock of a frame, so that what lies in it must go elsewhere. Moves that the host is told. */
function clearPageblock(core: Core, pfn: number): number[][] {
  const moves: number[][] = [];
  const start = pfn - (pfn % PAGEBLOCK_FRAMES);
  const answer = withMoves(
    core,
    () => rawOf(core).contigAlloc(start, PAGEBLOCK_FRAMES, KIND_OFFLINE, MIGRATE_MOVABLE, 5, 0),
    (from, to) => moves.push([from, to]),
  );
  expect(answer).toBe(0);
  return moves;
}

describe('migration', () => {
  it('gives a page of an object a new frame, in the same place of the object', () => {
    const core = bootGuest();
    const raw = rawOf(core);
    const id = raw.objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
    raw.objectTouch(id, 0, 3, 1, 0);
    const before = [0, 1, 2].map((page) => raw.objectFrame(id, page));
    const moved = core.stat(STAT_MIGRATED_PAGES);
    // an object's pages are the core's own: no host is told
    expect(clearPageblock(core, before[1] as number)).toEqual([]);
    const after = [0, 1, 2].map((page) => raw.objectFrame(id, page));
    expect(after.filter((pfn) => before.includes(pfn))).toEqual([]);
    expect(after.map((pfn) => kindAt(core, pfn))).toEqual(Array(3).fill(KIND_OBJECT));
    expect(core.stat(STAT_MIGRATED_PAGES) - moved).toBe(3);
    expectSound(core);
  });

  it('keeps order and mobility of a block of the host, which is told', () => {
    const core = bootGuest();
    const raw = rawOf(core);
    const from = raw.allocPages(GFP_HIGHUSER_MOVABLE, 3, 0, 7);
    const [[old, to = -1] = [], ...others] = clearPageblock(core, from);
    expect(others).toEqual([]);
    expect(old).toBe(from);
    expect(stateAt(core, to)).toBe(KIND_MOVABLE | 3);
    expect(raw.freePages(to, 3, 0)).toBe(0);
    expectSound(core);
  });

  it('neither takes nor loses memory beside the pageblock', () => {
    const core = bootGuest();
    const from = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, 0);
    rawOf(core).drainAll();
    const before = zoneField(core, ZONE_DMA32, ZONE_FREE_OFFSET);
    clearPageblock(core, from);
    rawOf(core).drainAll();
    // of the pageblock's 512 frames one was in use, and another elsewhere is now
    expect(zoneField(core, ZONE_DMA32, ZONE_FREE_OFFSET)).toBe(before - PAGEBLOCK_FRAMES);
  });
});
