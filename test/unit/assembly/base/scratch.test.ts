// The parts of the scratch area keep out of each other's way: moves that wait and blocks that are reported stay while other
// calls use its words.

import { describe, expect, it } from 'vitest';
import {
  type Core,
  GFP_BALLOON,
  GFP_HIGHUSER_MOVABLE,
  KIND_UNMOVABLE,
  MIGRATE_MOVABLE,
  ZONE_DMA32,
  surveyZone,
} from '../../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';

/** Moves single pages of the host out of the way; where each was, in the order of the moves. */
function moved(core: Core, pages: number): number[] {
  const held = Array.from({ length: pages }, () => core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0));
  for (const start of held) {
    const range = { start, count: 1 };
    expect(core.hotplug.allocContig(range, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0)).toBe(0);
  }
  return held;
}

/** Fills the words at the area's start. */
function useWords(core: Core): void {
  surveyZone(core, ZONE_DMA32);
  const pfns = new Uint32Array(1024);
  expect(core.balloon.request(pfns, 0, 1024, 0, GFP_BALLOON, 0)).toBe(1024);
  core.balloon.enter(pfns.toReversed(), 1024);
  expect(core.balloon.pop(1024)).toBe(1024);
}

describe('the scratch area', () => {
  it('keeps moves that wait for the host while calls use its words', () => {
    const core = bootGuest();
    const from = moved(core, 40);
    expect(core.moves.pending).toBe(40);
    useWords(core);
    const read: number[] = [];
    expect(core.moves.take((start) => read.push(start))).toBe(40);
    expect(read).toEqual(from);
  });

  it('keeps the blocks that are being reported while pages move', () => {
    const core = bootGuest({ frames: 0x20000 });
    core.reporting.listen(10, 32);
    const [pfns, orders] = [new Uint32Array(32), new Uint32Array(32)];
    const held = core.reporting.take(ZONE_DMA32, pfns, orders);
    expect(held).toBe(32);
    moved(core, 100);
    useWords(core);
    expect(core.reporting.putBack(true)).toBe(32);
    const states = [...pfns].map((pfn) => core.frames.order(pfn));
    expect(states).toEqual([...orders]);
    core.balloon.release(new Uint32Array(0), 0, 0);
    expect(core.moves.pending).toBe(100);
    expectSound(core);
  });
});
