// Which zone a frame belongs to, for a recording in which zones may grow.

import { type AllocatorState, ZONE_NAMES } from '../read/index.ts';

const NORMAL_START = 1048576; // 4 GiB
const NORMAL = ZONE_NAMES.indexOf('Normal');
const MOVABLE = ZONE_NAMES.indexOf('Movable');

interface ZoneRange {
  start: number;
  end: number;
  readonly zone: number;
}

/** Zones of the start state, growing as memory comes online. */
export class ZoneMap {
  private readonly ranges: ZoneRange[];
  private readonly later: ZoneRange[];
  private last: ZoneRange = { start: 0, end: 0, zone: 0 };

  constructor(start: AllocatorState, end: AllocatorState) {
    const toRanges = (state: AllocatorState): ZoneRange[] =>
      state.zones.map((zone) => ({
        start: zone.startPfn,
        end: zone.startPfn + zone.spanned,
        zone: zone.index,
      }));
    this.ranges = toRanges(start);
    this.later = toRanges(end);
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

  /** A block comes online: the zone the end state gives it, else its neighbour's, else by address. */
  grow(pfn: number, frames: number): number {
    const before = this.ranges.find((range) => range.end === pfn);
    const known = this.later.find((range) => pfn >= range.start && pfn < range.end);
    const zone = known?.zone ?? before?.zone ?? this.zoneByAddress(pfn);
    if (before !== undefined && before.zone === zone) before.end = pfn + frames;
    else this.ranges.push({ start: pfn, end: pfn + frames, zone });
    return zone;
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

  private zoneByAddress(pfn: number): number {
    if (this.later.some((range) => range.zone === MOVABLE)) return MOVABLE;
    return pfn >= NORMAL_START ? NORMAL : 1;
  }
}

/** Highest zone a gfp mask allows (docs/linux-memory.md A.11). */
export function highestZone(gfp: number): number {
  if ((gfp & 0x1) !== 0) return 0;
  if ((gfp & 0x4) !== 0) return 1;
  return (gfp & 0xa) === 0xa ? MOVABLE : NORMAL;
}
