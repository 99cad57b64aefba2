// Marks of the pageblocks that an instance must clear before it is another guest.

import { expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE } from '../../../../src/abi/gfp.ts';
import { KERNEL_ZONES } from '../../../../src/abi/layout.ts';
import { PAGEBLOCK_FRAMES } from '../../../../src/abi/unit.ts';
import { Core } from '../../../../src/core/index.ts';
import { bytesOf, rawOf } from '../../../../src/core/raw.ts';
import { bootGuest } from '../../../support/core.ts';

const START = 0x4000;
const BLOCK = 1024;
const IMAGE = { start: 0x1000, count: 256 };

/** A copy of a booted guest with a region of eight CZone blocks, of which four are plugged. */
function copy(): Core {
  const core = bootGuest({
    frames: 0x2000,
    spanFrames: START + 8 * BLOCK,
    config: { czones: 1 },
    image: IMAGE,
  });
  expect(rawOf(core).czoneRegion(START, 8 * BLOCK, BLOCK)).toBe(0);
  expect(rawOf(core).czonePlug(START, 4 * BLOCK)).toBe(4);
  return Core.fromSnapshot(core.snapshot());
}

function marked(core: Core): number[] {
  const at = rawOf(core).touchedBlocks();
  const marks = bytesOf(core).subarray(at, at + (START + 8 * BLOCK) / PAGEBLOCK_FRAMES);
  return [...marks.keys()].filter((block) => marks[block] === 1);
}

it('a copy has marks where frames are in use', () => {
  expect(marked(copy())).toContain(IMAGE.start / PAGEBLOCK_FRAMES);
  expect(marked(copy()).length).toBeLessThan(6);
});

it('a free block that is taken marks its pageblocks, and its return leaves the marks', () => {
  const core = copy();
  const before = marked(core);
  const pfn = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 10, 0, 0);
  const block = pfn / PAGEBLOCK_FRAMES;
  expect(before).not.toContain(block);
  expect(marked(core)).toEqual([...before, block, block + 1].toSorted((a, b) => a - b));
  expect(rawOf(core).freePages(pfn, 10, 0)).toBe(0);
  expect(marked(core)).toEqual(expect.arrayContaining([block, block + 1]));
});

it('a block of a CZone is marked when it becomes memory of the zone', () => {
  const core = copy();
  const before = marked(core);
  expect(rawOf(core).czoneCreate(0, 8 * BLOCK, 2)).toBe(KERNEL_ZONES);
  const first = START / PAGEBLOCK_FRAMES;
  expect(marked(core)).toEqual([...before, first, first + 1, first + 2, first + 3]);
});

it('a guest made anew in the instance has marks where it has memory', () => {
  const core = copy();
  core.reset();
  expect(marked(core)).toEqual([]);
});
