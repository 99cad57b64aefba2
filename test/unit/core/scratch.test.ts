// Lists that a call takes from the host or leaves for it: where they lie and which end is first.

import { describe, expect, it } from 'vitest';
import {
  GUEST_SCRATCH_OFFSET,
  SCRATCH_MOVES_OFFSET,
  SCRATCH_REPORT_CURSOR_OFFSET,
} from '../../../src/abi/layout.ts';
import { Core } from '../../../src/core/index.ts';
import { instanceOf } from '../../../src/core/core.ts';
import { Scratch } from '../../../src/core/scratch.ts';

function made(): { scratch: Scratch; words: Uint32Array } {
  const instance = instanceOf(Core.create({ frames: 4096 }));
  const first = instance.headerWord(GUEST_SCRATCH_OFFSET) >> 2;
  return { scratch: new Scratch(instance), words: instance.words.subarray(first) };
}

describe('Scratch', () => {
  it('hands in the first frames of a list, last first', () => {
    const { scratch, words } = made();
    scratch.putReversed(Uint32Array.of(5, 6, 7, 8), 3);
    expect([...words.subarray(0, 4)]).toEqual([7, 6, 5, 0]);
  });

  it('hands in ranges that it reads again', () => {
    const { scratch, words } = made();
    const ranges = [
      { start: 10, count: 2 },
      { start: 4_000_000_000, count: 7 },
    ];
    scratch.putRanges(ranges);
    expect([...words.subarray(0, 4)]).toEqual([10, 2, 4_000_000_000, 7]);
    expect(scratch.ranges(2)).toEqual(ranges);
    expect(scratch.ranges(0)).toEqual([]);
  });

  it('shows words where they lie, and moves as a copy', () => {
    const { scratch, words } = made();
    const view = scratch.words(2);
    words[1] = 9;
    expect([...view]).toEqual([0, 9]);
    words.set([1, 2, 3, 4], SCRATCH_MOVES_OFFSET / 4);
    const moves = scratch.moves(2);
    words[SCRATCH_MOVES_OFFSET / 4] = 99;
    expect([...moves]).toEqual([1, 2, 3, 4]);
  });

  it('reads reported blocks from the end of their slots', () => {
    const { scratch, words } = made();
    words.set([100, 9, 200, 10], SCRATCH_REPORT_CURSOR_OFFSET / 4 - 4);
    const [pfns, orders] = [new Uint32Array(3), new Uint32Array(3)];
    scratch.reported(2, pfns, orders);
    expect([...pfns, ...orders]).toEqual([100, 200, 0, 9, 10, 0]);
  });

  it('takes no more than it has room for, and no numbers that are no words', () => {
    const scratch = new Scratch(instanceOf(Core.create({ frames: 1024, cpus: 1, objects: 8 })));
    const many = Array.from({ length: 1025 }, () => ({ start: 0, count: 1 }));
    expect(() => scratch.putRanges(many)).toThrow(
      'ranges: expected a whole number of 0 to 1024, found 1025',
    );
    expect(() => scratch.putRanges([{ start: 0, count: 2 ** 32 + 5 }])).toThrow('range: count');
    expect(() => scratch.putReversed(new Uint32Array(2000), 1025)).toThrow('count: expected');
    expect(() => scratch.putReversed(new Uint32Array(2), 3)).toThrow('count: expected');
  });
});
