// Which zone a frame belongs to, for a recording in which zones may grow.

import { ZONE_DMA32, ZONE_DMA32_LIMIT, ZONE_MOVABLE, ZONE_NORMAL } from '../../core/index.ts';
import { type AllocatorState, highestZone } from '../read/index.ts';

interface ZoneRange {
  start: number;
  end: number;
  readonly zone: number;
}

const NO_RANGE: ZoneRange = { start: 0, end: 0, zone: 0 };

function rangesOf({ zones }: AllocatorState): ZoneRange[] {
  return zones.map(({ startPfn, spanned, index }) => ({
    start: startPfn,
    end: startPfn + spanned,
    zone: index,
  }));
}

/** Zones of the start state, growing as memory comes online. */
export class ZoneMap {
  private readonly ranges: ZoneRange[];
  private readonly later: ZoneRange[];
  private last: ZoneRange = NO_RANGE;

  private readonly goesMovable: boolean;

  /** `cmdline`: how the kernel was started. */
  constructor(start: AllocatorState, end: AllocatorState, cmdline = '') {
    this.ranges = rangesOf(start);
    this.later = rangesOf(end);
    this.goesMovable = /(?:^| )memhp_default_state=online_movable(?: |$)/.test(cmdline);
  }

  /** Zone of a frame, or -1 while it is not memory. */
  zoneOf(pfn: number): number {
    const { last } = this;
    if (pfn >= last.start && pfn < last.end) return last.zone;
    for (const range of this.ranges) {
      if (pfn < range.start || pfn >= range.end) continue;
      this.last = range;
      return range.zone;
    }
    return -1;
  }

  /** A block comes online: the zone the end state gives it, else its neighbour's, else by the kernel's default. */
  grow(pfn: number, frames: number): number {
    const before = this.ranges.find((range) => range.end === pfn);
    const known = this.later.find((range) => pfn >= range.start && pfn < range.end);
    const zone = known?.zone ?? before?.zone ?? this.defaultZone(pfn);
    if (before !== undefined && before.zone === zone) before.end = pfn + frames;
    else this.ranges.push({ start: pfn, end: pfn + frames, zone });
    return zone;
  }

  /** A memory block is gone: its frames are no memory until they come online again. */
  shrink(start: number, end: number): void {
    const at = this.ranges.findIndex((range) => start >= range.start && end <= range.end);
    const range = this.ranges[at];
    if (range === undefined) return;
    const parts = [
      { ...range, end: start },
      { ...range, start: end },
    ];
    this.ranges.splice(at, 1, ...parts.filter((part) => part.start < part.end));
    this.last = NO_RANGE;
  }

  /** Zones that have memory now, ascending. */
  present(): number[] {
    return [...new Set(this.ranges.map((range) => range.zone))].toSorted((a, b) => a - b);
  }

  /** The zone a bulk request uses: the highest one it may use that has memory. */
  highestFor(gfp: number): number {
    const limit = highestZone(gfp);
    let best = 0;
    for (const { zone } of this.ranges) if (zone <= limit && zone > best) best = zone;
    return best;
  }

  private defaultZone(pfn: number): number {
    if (this.goesMovable || this.later.some((range) => range.zone === ZONE_MOVABLE))
      return ZONE_MOVABLE;
    return pfn >= ZONE_DMA32_LIMIT ? ZONE_NORMAL : ZONE_DMA32;
  }
}
