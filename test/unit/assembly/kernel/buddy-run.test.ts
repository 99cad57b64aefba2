// Pages of the per-cpu lists that go back to the zone in a row: as runs, which shows nowhere, not even in what records hold that
// nobody reads.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  GUEST_PCPS_OFFSET,
  KERNEL_ZONES,
  PCP_BATCH_OFFSET,
  PCP_COUNT_OFFSET,
  PCP_HIGH_MAX_OFFSET,
  PCP_HIGH_MIN_OFFSET,
  PCP_HIGH_OFFSET,
  PCP_LISTS_OFFSET,
  PCP_STRIDE,
} from '../../../../src/abi/layout.ts';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  expectAnswer,
  saveState,
} from '../../../../src/core/index.ts';
import { bytesOf, headerWord, rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound, freeBytes } from '../../../support/core.ts';

const FRAMES = 16 * 1024;
const PAGES = 12_000;

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
