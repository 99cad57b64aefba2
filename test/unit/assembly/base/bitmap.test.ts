// Maps of a bit a frame, seen through what the host backs: ranges are set, cleared and counted there.

import { describe, expect, it } from 'vitest';
import { Core } from '../../../../src/core/index.ts';
import { expectSound } from '../../../support/core.ts';
import { BLOCK, REGION, bootRegion, rangesOf, written } from '../../../support/region.ts';
import { rawOf } from '../../../../src/core/raw.ts';

/** Around bytes, words and double words. */
const EDGES = [0, 1, 7, 8, 31, 32, 33, 63, 64, 65, 127, 128, 200];
const SPAN = 256;
const PAIRS = EDGES.flatMap((start) =>
  EDGES.filter((end) => end > start).map((end) => [start, end] as const),
);

const empty = (): Core => Core.create({ frames: 1024, objects: 1, nodes: 1, bufferSlots: 1 });

describe('a range of bits', () => {
  it('is set and counted from any frame to any other, and nothing beside it', () => {
    const core = empty();
    for (const [start, end] of PAIRS) {
      core.backing.touch(start, end - start, true);
      expect(core.backing.count(start, end - start)).toBe(end - start);
      expect(core.backing.count(0, SPAN)).toBe(end - start);
      expect(core.backedFrames).toBe(end - start);
      core.backing.release(start, end - start);
      expect(core.backing.count(0, SPAN)).toBe(0);
    }
  });

  it('is cleared out of a full map, and nothing beside it', () => {
    const core = empty();
    for (const [start, end] of PAIRS) {
      core.backing.touch(0, SPAN, true);
      expect(core.backing.release(start, end - start)).toBe(end - start);
      expect(core.backing.count(0, start)).toBe(start);
      expect(core.backing.count(start, end - start)).toBe(0);
      expect(core.backing.count(end, SPAN - end)).toBe(SPAN - end);
    }
  });

  it('of no frames is nothing', () => {
    const core = empty();
    core.backing.touch(64, 0, true);
    expect(core.backedFrames).toBe(0);
    expect(core.backing.count(63, 0)).toBe(0);
  });
});

describe('bits set in two maps', () => {
  it.each(PAIRS)('are counted in [%i, %i)', (start, end) => {
    const core = empty();
    core.backing.touch(0, 130, true);
    core.backing.freezeTemplate();
    core.backing.touch(30, SPAN - 30, false);
    // backed and the template's: 30 to 129
    const both = Math.max(0, Math.min(end, 130) - Math.max(start, 30));
    expect(core.sharedFrames).toBe(100);
    core.backing.release(start, end - start);
    expect(core.sharedFrames).toBe(100 - both);
  });
});

/** A zone's only block, free and backed but for three frames. */
function holed(): { core: Core; zone: number } {
  const core = bootRegion();
  const zone = core.czones.create(0, BLOCK, 1);
  core.objects.destroy(written(core, zone, BLOCK), 0);
  for (const pfn of [5, 70, 300]) core.backing.release(REGION + pfn, 1);
  return { core, zone };
}

describe('aligned ranges', () => {
  // pieces of 2^order frames without a hole, neighbours joined
  it.each([
    [
      6,
      [
        [128, 128],
        [320, 192],
      ],
    ],
    [
      5,
      [
        [32, 32],
        [96, 192],
        [320, 192],
      ],
    ],
    [
      3,
      [
        [8, 56],
        [72, 224],
        [304, 208],
      ],
    ],
    [
      0,
      [
        [0, 5],
        [6, 64],
        [71, 229],
        [301, 211],
      ],
    ],
  ] as const)('of order %i are found where every bit is set', (order, expected) => {
    const { core, zone } = holed();
    const ranges = rangesOf(core, rawOf(core).czoneReclaim(zone, 64, BLOCK, order));
    expect(ranges.map(([start, frames]) => [start - REGION, frames])).toEqual(expected);
    expectSound(core);
  });
});
