/** Blocks of 4 MiB x 2^k: as few as there are for a size, cut from larger ones, and one again when both halves are free. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CgroupBlocks, type FrameRange } from '../../../../src/guest/index.ts';

const UNIT = 1024;
const START = 3 * 131_072;

function blocksOf(units: number): CgroupBlocks {
  return new CgroupBlocks({ start: START, frames: units * UNIT, blockFrames: UNIT });
}

/** Sizes in units. */
function sizes(ranges: readonly FrameRange[]): number[] {
  return ranges.map(({ count }) => count / UNIT);
}

describe('blocks for cgroups', () => {
  it('are 4 to 512 MiB large, and what memory there is is made of the largest', () => {
    const blocks = blocksOf(128 + 64 + 3);
    expect(blocks.freeUnits).toBe(195);
    expect(sizes(blocks.take(195))).toEqual([128, 64, 2, 1]);
  });

  it('make up a size in as few pieces as there are, the largest first', () => {
    expect(sizes(blocksOf(256).take(16))).toEqual([16]);
    expect(sizes(blocksOf(256).take(27))).toEqual([16, 8, 2, 1]);
    expect(sizes(blocksOf(1024).take(1024))).toEqual(Array.from({ length: 8 }, () => 128));
  });

  it('are cut from a larger one when there is none of a size, and from smaller ones when there is no larger one', () => {
    const blocks = blocksOf(8);
    const [one] = blocks.take(1) as [FrameRange];
    expect(one.start).toBe(START);
    // 4, 2 and 1 are left
    expect(sizes(blocks.take(7))).toEqual([4, 2, 1]);
    blocks.giveBack([one]);
    expect(blocks.take(2)).toEqual([]);
    expect(blocks.freeUnits).toBe(1);
  });

  it('are whole again when all that was cut from them is back', () => {
    const blocks = blocksOf(128);
    const taken = [3, 5, 40].map((units) => blocks.take(units));
    for (const ranges of taken) blocks.giveBack(ranges);
    expect(sizes(blocks.take(128))).toEqual([128]);
  });

  it('never lie in two cgroups, lie at a multiple of their size, and are all there, whatever comes and goes', () => {
    const step = fc.oneof(
      fc.record({ take: fc.integer({ min: 1, max: 140 }) }),
      fc.record({ drop: fc.nat({ max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(step), (units, steps) => {
        const blocks = blocksOf(units);
        const held: FrameRange[][] = [];
        for (const one of steps) {
          if ('take' in one) {
            const before = blocks.freeUnits;
            const taken = blocks.take(one.take);
            const got = sizes(taken).reduce((sum, size) => sum + size, 0);
            expect(got).toBe(one.take <= before ? one.take : 0);
            held.push(taken);
          } else {
            const [back = []] = held.splice(one.drop, 1);
            blocks.giveBack(back);
          }
        }
        const used = new Set<number>();
        for (const { start, count } of held.flat()) {
          expect(((start - START) / UNIT) % (count / UNIT)).toBe(0);
          for (let pfn = start; pfn < start + count; pfn += UNIT) used.add(pfn);
        }
        const inUse = sizes(held.flat()).reduce((sum, size) => sum + size, 0);
        expect(used.size).toBe(inUse);
        expect(blocks.freeUnits).toBe(units - inUse);
      }),
    );
  });
});
