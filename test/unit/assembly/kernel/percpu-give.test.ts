// Pages that are freed in a row: linked and drained as runs, which shows nowhere, not even in what records hold that nobody reads.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  GUEST_PCPS_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_STATES_OFFSET,
  KERNEL_ZONES,
  PCP_BATCH_OFFSET,
  PCP_COUNT_OFFSET,
  PCP_HIGH_MAX_OFFSET,
  PCP_HIGH_MIN_OFFSET,
  PCP_HIGH_OFFSET,
  PCP_LISTS_OFFSET,
  PCP_STRIDE,
  RECORD_BYTES,
} from '../../../../src/abi/layout.ts';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  KIND_MOVABLE,
  KIND_OBJECT,
  NONE,
  OBJECT_ANON,
  expectAnswer,
  saveState,
} from '../../../../src/core/index.ts';
import { bytesOf, headerWord, rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';

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

/** State and record of each frame but those that are still held, as bytes. */
function freeBytes(core: Core): string[] {
  const bytes = bytesOf(core);
  const states = headerWord(core, GUEST_STATES_OFFSET);
  const records = headerWord(core, GUEST_RECORDS_OFFSET);
  return Array.from({ length: core.spanFrames }, (_, pfn) => {
    const kind = core.frames.kind(pfn);
    if (kind === KIND_OBJECT || kind === KIND_MOVABLE) return '';
    const record = records + pfn * RECORD_BYTES;
    return `${bytes[states + pfn]} ${bytes.subarray(record, record + RECORD_BYTES).join(' ')}`;
  });
}

interface Segment {
  readonly start: number;
  readonly pages: number;
  readonly isDown: boolean;
}

const segments = fc.array(
  fc.record({
    start: fc.integer({ min: 0, max: PAGES }),
    pages: fc.integer({ min: 1, max: 1500 }),
    isDown: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Sets the sizes of the lists of each kernel zone; all other numbers but the count become zero. */
function setSizes(core: Core, high: number, batch: number): void {
  const bytes = bytesOf(core);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let zone = 0; zone < KERNEL_ZONES; zone += 1) {
    const at = headerWord(core, GUEST_PCPS_OFFSET) + zone * PCP_STRIDE;
    const count = view.getUint32(at + PCP_COUNT_OFFSET, true);
    bytes.fill(0, at, at + PCP_LISTS_OFFSET);
    view.setUint32(at + PCP_COUNT_OFFSET, count, true);
    for (const offset of [PCP_HIGH_OFFSET, PCP_HIGH_MIN_OFFSET, PCP_HIGH_MAX_OFFSET]) {
      view.setUint32(at + offset, high, true);
    }
    view.setUint32(at + PCP_BATCH_OFFSET, batch, true);
  }
}

/** Pages of all memory are on the lists, freed segment by segment; then they are drained, so many at a time. */
function drained(plan: readonly Segment[], batch: number): Core {
  const core = bootGuest({ frames: FRAMES });
  const raw = rawOf(core);
  const held: (number | undefined)[] = Array.from({ length: PAGES }, () =>
    expectAnswer(raw.allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, 0), 'take'),
  ).toSorted((one, other) => one - other);
  setSizes(core, FRAMES, batch);
  for (const { start, pages, isDown } of plan) {
    const frames = held.slice(start, start + pages).filter((pfn) => pfn !== undefined);
    held.fill(undefined, start, start + pages);
    for (const pfn of isDown ? frames.toReversed() : frames) {
      expectAnswer(raw.freePages(pfn, 0, 0), 'give');
    }
  }
  setSizes(core, 0, batch);
  raw.decay(0, 1);
  setSizes(core, 0, 1);
  expectSound(core);
  return core;
}

describe('pages drained in a row, up or down', () => {
  it('leave lists, states and records as pages do that are drained one by one', () => {
    fc.assert(
      fc.property(segments, (plan) => {
        const runs = drained(plan, FRAMES);
        const single = drained(plan, 1);
        expect(saveState(runs, 'after').zones).toEqual(saveState(single, 'after').zones);
        expect(freeBytes(runs)).toEqual(freeBytes(single));
      }),
      {
        numRuns: 12,
        examples: [[[{ start: 0, pages: PAGES, isDown: true }]]],
      },
    );
  });
});

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
