// What is in use when a recording begins. Of each frame only that is known; of each zone also how many pages its LRU lists
// hold (zoneinfo.before), which are those that can move.

import { MIGRATE_MOVABLE, PAGEBLOCK_FRAMES } from '../../core/index.ts';
import { drainTurns, type SeenTurn } from '../program/index.ts';
import { type AllocatorState, type Capture, eachFreeBlock, recordedSpan } from '../read/index.ts';
import { ROLE_START, type Tenants } from './tenants.ts';

type ZoneState = AllocatorState['zones'][number];

/** Calls with each frame of a zone that is on no list, and the type of its pageblock. */
function eachUsed(zone: ZoneState, call: (pfn: number, type: number) => void): void {
  const isFree = new Uint8Array(zone.spanned);
  eachFreeBlock(zone, (pfn, order) => {
    isFree.fill(1, pfn - zone.startPfn, pfn - zone.startPfn + 2 ** order);
  });
  const first = zone.startPfn - (zone.startPfn % PAGEBLOCK_FRAMES);
  for (let at = 0; at < zone.spanned; at += 1) {
    const pfn = zone.startPfn + at;
    const type = zone.blocks[Math.floor((pfn - first) / PAGEBLOCK_FRAMES)] ?? -1;
    if (type >= 0 && isFree[at] === 0) call(pfn, type);
  }
}

/** Every frame in use at the start is somebody's, where it was recorded. */
export function holdStart(tenants: Tenants, { zones }: AllocatorState): void {
  for (const zone of zones) eachUsed(zone, (pfn) => tenants.add(ROLE_START, 0, pfn, pfn));
}

/** Pages on the LRU lists of a zone; undefined: nothing says it. */
function lruPages(zoneinfo: string, name: string): number | undefined {
  const zone = zoneinfo
    .split(/^Node +/m)
    .find((text) => text.startsWith(`0, zone ${name.padStart(8)}\n`));
  if (zone === undefined) return undefined;
  const counts = [
    ...zone.matchAll(/^ +nr_zone_(?:(?:in)?active_(?:anon|file)|unevictable) +(\d+)$/gm),
  ];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Frames that follow each other. */
function runsOf(frames: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const pfn of frames) {
    const last = runs.at(-1);
    if (last?.at(-1) === pfn - 1) last.push(pfn);
    else runs.push([pfn]);
  }
  return runs;
}

/**
 * The kernel's image: whole runs from the zone's lower end on, until it has so many frames. Between its parts lies what boot
 * has freed of it; what is in use there, in runs of less than a pageblock, came later.
 */
function imageOf(used: readonly number[], most: number): number[] {
  const image: number[] = [];
  let below = 0;
  for (const run of runsOf(used)) {
    if (below >= most) break;
    below += run.length;
    if (run.length >= PAGEBLOCK_FRAMES) image.push(...run);
  }
  return image;
}

/**
 * Frames in use of MOVABLE pageblocks that stay where they are: boot took them before there was an allocator, as many in the zone
 * as are present and not managed. The kernel's image lies at the zone's lower end (from 16 MiB on), all else that boot takes it
 * takes from the top down. What came on LRU lists since lies between: if none of it lay in the upper half, the image would
 * reach up to the frame that leaves as many as there are.
 */
export function pinnedAtStart({ start, zoneinfo }: Pick<Capture, 'start' | 'zoneinfo'>): number[] {
  return start.zones.flatMap((zone) => {
    const lru = lruPages(zoneinfo.before, zone.name);
    const [used, movable]: [number[], number[]] = [[], []];
    eachUsed(zone, (pfn, type) => {
      used.push(pfn);
      if (type === MIGRATE_MOVABLE) movable.push(pfn);
    });
    if (lru === undefined || movable.length <= lru) return [];
    const middle = zone.startPfn + zone.spanned / 2;
    const above = movable.filter((pfn) => pfn >= middle).length;
    const image = imageOf(movable, movable.length - above - lru);
    const others = Math.max(0, zone.present - zone.managed - image.length);
    const top = others === 0 ? Infinity : (used.at(-others) ?? 0);
    return [...image, ...movable.filter((pfn) => pfn >= top)];
  });
}

/** Most frames that follow each other. */
export function longestRun(frames: readonly number[]): { start: number; frames: number } {
  const runs = runsOf(frames).map((run) => ({ start: run[0] ?? 0, frames: run.length }));
  return runs.reduce((a, b) => (b.frames > a.frames ? b : a), { start: 0, frames: 0 });
}

/**
 * The turns of the vmstat worker that tell when its timer runs: all in the second trace (of one CPU, for a guest's CPUs turn
 * together), else those that drained something.
 */
export function seenTurns({ trace, extra }: Pick<Capture, 'trace' | 'extra'>): SeenTurn[] {
  if (!extra.isThere) return drainTurns(trace, recordedSpan(trace));
  return extra.events
    .filter(({ kind, cpu }) => kind === 'decay' && cpu === 0)
    .map(({ cpu, timeUs }) => ({ cpu, timeUs, isAwake: true }));
}
