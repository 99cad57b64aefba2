// Frames of a recording that are memory: those of its states and its device, and what comes online as the trace goes on.

import { MEMORY_BLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../core/index.ts';

/** Frames that exist: half-open ranges of frame numbers. */
export interface FrameSpan {
  readonly start: number;
  readonly end: number;
}

export class MemoryRanges {
  private readonly _ranges: { start: number; end: number }[];

  constructor(memory: readonly FrameSpan[]) {
    this._ranges = memory.map(({ start, end }) => ({ start, end }));
  }

  has(pfn: number): boolean {
    for (const range of this._ranges) if (pfn >= range.start && pfn < range.end) return true;
    return false;
  }

  /** Memory that comes online is freed in blocks of order 9 or 10, from a 128 MiB boundary on: whether this is such a block. */
  online(pfn: number, order: number): boolean {
    if (order < PAGEBLOCK_ORDER) return false;
    const end = pfn + 2 ** order;
    const grown = this._ranges.find((range) => range.end === pfn);
    if (grown !== undefined && pfn % MEMORY_BLOCK_FRAMES !== 0) grown.end = end;
    else if (
      pfn % MEMORY_BLOCK_FRAMES === 0 &&
      pfn + MEMORY_BLOCK_FRAMES <= 2 ** 32 - MEMORY_BLOCK_FRAMES
    ) {
      this._ranges.push({ start: pfn, end });
    } else return false;
    return true;
  }

  toString(): string {
    return this._ranges
      .map(({ start, end }) => `0x${start.toString(16)}-0x${(end - 1).toString(16)}`)
      .join(', ');
  }
}
