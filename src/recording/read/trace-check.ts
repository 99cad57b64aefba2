// Checks what a trace says against itself, as far as no prediction does: that it is whole, and that each request's flags, each
// batched free's twin and each mark are what the kernel writes. docs/recordings.md lists what is compared and what is not.

import { MIGRATE_TYPES } from '../../core/index.ts';
import { RecordingError } from '../error.ts';
import { highestZone, migratetypeOf } from './gfp.ts';
import type { AllocatorState, ZoneState } from './pagestate.ts';
import * as T from './trace-columns.ts';
import type { KernelTrace } from './trace-columns.ts';
import { flowOf } from './trace-flow.ts';

const MARK_NAMES: readonly (readonly [kind: number, name: string])[] = [
  [T.EVENT_STATE_START, "'pagestate start'"],
  [T.EVENT_STATE_END, "'pagestate end'"],
];

function fail(trace: KernelTrace, event: number, expected: string, found: string): never {
  throw new RecordingError(trace.file, trace.line[event] ?? 0, expected, found);
}

/** The header tells how many entries follow: a trace cut at a line's end has fewer. */
function checkCount({ file, entries, entriesLine, count, marks }: KernelTrace): void {
  if (entries === undefined) {
    throw new RecordingError(file, 1, "'entries-in-buffer/entries-written' in the header", 'none');
  }
  const found = count + marks.length;
  if (entries === found) return;
  const expected = `${entries} events, as its header counts`;
  throw new RecordingError(file, entriesLine, expected, `${found} events`);
}

/** Each mark once, the start before the end: the two states belong to these moments. */
function checkMarks(trace: KernelTrace): void {
  const places = MARK_NAMES.map(([kind, name]) => {
    const first = trace.kind.indexOf(kind);
    if (first < 0) throw new RecordingError(trace.file, trace.lines, `the mark ${name}`, 'none');
    const again = trace.kind.indexOf(kind, first + 1);
    if (again >= 0) fail(trace, again, `the mark ${name} once`, 'it again');
    return first;
  });
  const [start = 0, end = 0] = places;
  if (end < start) fail(trace, end, "'pagestate start' before 'pagestate end'", 'the end first');
}

/** A batched free follows a free of the same page, unless its task was amid a batch when the recording began. */
function checkTwins(trace: KernelTrace): void {
  const pending = new Set<number>();
  const known = new Set<number>();
  for (let i = 0; i < trace.count; i += 1) {
    const kind = trace.kind[i];
    const pfn = trace.pfn[i] ?? 0;
    if (kind === T.EVENT_FREE_BATCHED) {
      if (pending.delete(pfn) || !known.has(flowOf(trace, i))) continue;
      fail(trace, i, `mm_page_free of frame 0x${pfn.toString(16)} before its batched free`, 'none');
    }
    if (kind === T.EVENT_FREE) pending.add(pfn);
    else if (kind === T.EVENT_ALLOC) pending.delete(pfn);
    known.add(flowOf(trace, i));
  }
}

/** What begins in a flow ends before it begins there anew; the first may have begun before the recording, the last end after it. */
function checkPairs(
  trace: KernelTrace,
  [begin, end]: readonly [begin: number, end: number],
  checkPair: (begun: number, ended: number) => void,
): void {
  const begun = new Map<number, number | undefined>();
  for (let i = 0; i < trace.count; i += 1) {
    const kind = trace.kind[i];
    if (kind !== begin && kind !== end) continue;
    const flow = flowOf(trace, i);
    const open = begun.get(flow);
    if (kind === begin) {
      if (open !== undefined) fail(trace, i, `${T.EVENT_NAMES[end]} of the one before`, 'a begin');
    } else if (open !== undefined) checkPair(open, i);
    else if (begun.has(flow)) fail(trace, i, `${T.EVENT_NAMES[begin]} before it`, 'none');
    begun.set(flow, kind === begin ? i : undefined);
  }
}

function checkBulk(trace: KernelTrace): void {
  checkPairs(trace, [T.EVENT_BULK_BEGIN, T.EVENT_BULK_END], (begun, ended) => {
    const [asked = 0, taken = 0] = [trace.extra[begun], trace.extra[ended]];
    if (taken > asked) fail(trace, ended, `taken=${asked} at most`, `${taken}`);
  });
}

/** A run of compaction is in a zone from its begin to its end. */
function checkRuns(trace: KernelTrace, zones: readonly ZoneState[]): void {
  const zoneStarts = new Set(zones.map(({ startPfn }) => startPfn));
  checkPairs(trace, [T.EVENT_COMPACT_BEGIN, T.EVENT_COMPACT_END], (begun, ended) => {
    const [zone = 0, still = 0] = [trace.gfp[begun], trace.gfp[ended]];
    if (!zoneStarts.has(zone)) fail(trace, begun, 'zone_start of a zone', `0x${zone.toString(16)}`);
    if (still !== zone)
      fail(trace, ended, `zone_start=0x${zone.toString(16)}`, `0x${still.toString(16)}`);
  });
}

function zoneOf(zones: readonly ZoneState[], pfn: number): ZoneState | undefined {
  return zones.find(({ startPfn, spanned }) => pfn >= startPfn && pfn < startPfn + spanned);
}

/** A request's flags say its migratetype, and the highest zone that its frame may lie in. */
function checkFlags(trace: KernelTrace, zones: readonly ZoneState[]): void {
  for (let i = 0; i < trace.count; i += 1) {
    if (trace.kind[i] !== T.EVENT_ALLOC) continue;
    const gfp = trace.gfp[i] ?? 0;
    const type = trace.type[i] ?? MIGRATE_TYPES;
    if (migratetypeOf(gfp) !== type) {
      fail(trace, i, `migratetype ${migratetypeOf(gfp)}, as gfp_flags ask for`, `${type}`);
    }
    const pfn = trace.pfn[i] ?? T.NO_FRAME;
    if (pfn === T.NO_FRAME) continue;
    const zone = zoneOf(zones, pfn);
    if (zone !== undefined && zone.index > highestZone(gfp)) {
      fail(trace, i, 'a frame of a zone that gfp_flags allow', `one of zone ${zone.name}`);
    }
  }
}

/** Throws RecordingError at the first fault. */
export function checkTrace(trace: KernelTrace, start: AllocatorState): void {
  checkCount(trace);
  checkMarks(trace);
  checkTwins(trace);
  checkBulk(trace);
  checkRuns(trace, start.zones);
  checkFlags(trace, start.zones);
}
