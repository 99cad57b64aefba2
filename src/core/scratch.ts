// The scratch area: lists of frames and of ranges that a call takes from the host or leaves for it.
// What a call left is there until the next call.

import {
  GUEST_SCRATCH_OFFSET,
  REPORT_SLOTS,
  SCRATCH_FRAMES_MAX,
  SCRATCH_MOVES_OFFSET,
  SCRATCH_REPORT_OFFSET,
} from '../abi/layout.ts';
import { expectInteger, expectMade, expectObject, expectWords } from '../check/index.ts';
import type { FrameRange } from './frame-range.ts';
import type { Instance } from './instance.ts';

const RANGE = 'range start count';

export class Scratch {
  private readonly _instance: Instance;
  private readonly _first: number;

  constructor(instance: Instance) {
    this._instance = instance;
    this._first = instance.headerWord(GUEST_SCRATCH_OFFSET) >>> 2;
  }

  /** The first words, where they lie. */
  words(count: number): Uint32Array {
    return this._instance.words.subarray(this._first, this._first + count);
  }

  /** Hands in the first frames of a list, the last of them first. */
  putReversed(pfns: Uint32Array, count: number): void {
    const { length } = expectMade('pfns', pfns, Uint32Array);
    expectInteger('count', count, 0, Math.min(length, SCRATCH_FRAMES_MAX));
    const slots = this.words(count);
    for (let at = 0; at < count; at += 1) slots[at] = pfns[count - 1 - at] as number;
  }

  /** Hands in ranges as {start, count} pairs. */
  putRanges(ranges: readonly FrameRange[]): void {
    const { length } = expectMade('ranges', ranges, Array, 'a list');
    expectInteger('ranges', length, 0, SCRATCH_FRAMES_MAX);
    for (const range of ranges) {
      const { start, count } = expectObject('range', range);
      expectWords(RANGE, start, count);
    }
    const slots = this.words(2 * length);
    ranges.forEach(({ start, count }, at) => {
      slots[2 * at] = start;
      slots[2 * at + 1] = count;
    });
  }

  /** Ranges that a call left as {start, count} pairs. */
  ranges(count: number): FrameRange[] {
    const slots = this.words(2 * count);
    return Array.from({ length: count }, (_, at) => ({
      start: slots[2 * at] as number,
      count: slots[2 * at + 1] as number,
    }));
  }

  /** A copy of the log of moves: {from, to} pairs. */
  moves(count: number): Uint32Array {
    const first = this._first + (SCRATCH_MOVES_OFFSET >>> 2);
    return this._instance.words.slice(first, first + 2 * count);
  }

  /** The blocks that page reporting holds, {pfn, order}: they fill the slots from the end. */
  reported(held: number, pfns: Uint32Array, orders: Uint32Array): void {
    const first = this._first + (SCRATCH_REPORT_OFFSET >>> 2) + 2 * (REPORT_SLOTS - held);
    for (let at = 0; at < held; at += 1) {
      pfns[at] = this._instance.words[first + 2 * at] as number;
      orders[at] = this._instance.words[first + 2 * at + 1] as number;
    }
  }
}
