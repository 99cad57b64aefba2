// Pages that are freed in a row: linked and drained as runs, which shows nowhere, not even in what records hold that nobody reads.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  NONE,
  OBJECT_ANON,
  expectAnswer,
  saveState,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound, freeBytes } from '../../../support/core.ts';

const FRAMES = 16 * 1024;
const PAGES = 12_000;

interface Plan {
  readonly pages: number;
  /** Each so-many-th page stays, from an offset on: runs of any length, anywhere. */
  readonly every: number;
  readonly offset: number;
}

const planned = fc.record({
  pages: fc.integer({ min: 1, max: PAGES }),
  every: fc.oneof(fc.constant(PAGES), fc.integer({ min: 2, max: 300 })),
  offset: fc.integer({ min: 0, max: 300 }),
});

/** Ranges of pages that go, ascending. */
function rangesOf({ pages, every, offset }: Plan): [start: number, count: number][] {
  const ranges: [number, number][] = [];
  for (let start = 0; start < pages;) {
    const kept = start <= offset ? offset : offset + Math.ceil((start - offset) / every) * every;
    const end = Math.min(pages, kept);
    if (end > start) ranges.push([start, end - start]);
    start = end + 1;
  }
  return ranges;
}

/** The pages come in one go and go range by range. */
function inRuns(plan: Plan): Core {
  const core = bootGuest({ frames: FRAMES });
  const object = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
  expectAnswer(core.objects.touch(object, 0, plan.pages, true, 0), 'touch');
  for (const [start, count] of rangesOf(plan)) core.objects.truncate(object, start, count, 0);
  expectSound(core);
  return core;
}

/** The same by requests, each taken and given by itself. */
function byRequests(plan: Plan): Core {
  const core = bootGuest({ frames: FRAMES });
  const raw = rawOf(core);
  const held = Array.from({ length: plan.pages }, () =>
    expectAnswer(raw.allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, 0), 'take'),
  );
  for (const [start, count] of rangesOf(plan)) {
    for (const pfn of held.slice(start, start + count)) {
      expectAnswer(raw.freePages(pfn, 0, 0), 'give');
    }
  }
  expectSound(core);
  return core;
}

describe('pages freed in a row', () => {
  it('leave lists, states and records as requests do that are given back one by one', () => {
    fc.assert(
      fc.property(planned, (plan) => {
        const runs = inRuns(plan);
        const single = byRequests(plan);
        expect(saveState(runs, 'after').zones).toEqual(saveState(single, 'after').zones);
        expect(freeBytes(runs)).toEqual(freeBytes(single));
      }),
      { numRuns: 12, examples: [[{ pages: PAGES, every: PAGES, offset: PAGES }]] },
    );
  });
});
