// Reads a recording's second trace (extra.txt): probes inside the allocator that say when the vmstat worker, kswapd, compaction
// and contiguous allocations acted (docs/recordings.md). Same clock and line form as the first; a few ten thousand lines at most,
// so lines are matched one by one.

import { US_PER_S } from '../../core/index.ts';
import { quote, RecordingError } from '../error.ts';
import { type ExtraGuest, wrongOf } from './extra-check.ts';
import { nameZones, zoneAddress } from './extra-zones.ts';
import { NO_FRAME, TIME_EXPECTED } from './trace-columns.ts';

/** What is read; lines of other probes are left alone. */
export type ExtraKind =
  | 'decay'
  | 'kcw'
  | 'drainpages'
  | 'iso'
  | 'iso_r'
  | 'undo'
  | 'isofree'
  | 'putback'
  | 'calloc'
  | 'calloc_r'
  | 'cfree'
  | 'report'
  | 'test_pages_isolated'
  | 'mm_compaction_fast_isolate_freepages'
  | 'mm_compaction_finished'
  | 'mm_compaction_isolate_freepages'
  | 'mm_compaction_isolate_migratepages'
  | 'mm_vmscan_direct_reclaim_begin'
  | 'mm_vmscan_direct_reclaim_end'
  | 'mm_vmscan_kswapd_sleep'
  | 'mark_victim';

export interface ExtraEvent {
  readonly kind: ExtraKind;
  readonly line: number;
  readonly timeUs: number;
  readonly cpu: number;
  /** Of the task; one pid is one task but for its name. */
  readonly pid: number;
  /**
   * The two numbers of an event: frames for pages and ranges (iso, undo: start and end; isolate_migratepages: start of the range,
   * then pages taken), orders, a zone's index, a CPU.
   */
  readonly a: number;
  readonly b: number;
}

/** The second trace of a recording; no events when there is none. */
export interface ExtraTrace {
  readonly file: string;
  readonly events: readonly ExtraEvent[];
  /** Whether the recording has one. */
  readonly isThere: boolean;
}

const LINE =
  /^.{16}-(\d+) +\[(\d+)\] \S{5} +(\d+)\.(\d{6}): (\w+): (?:\((?:\S+ <- )?[^)]*\) ?)?(.*)$/;

/** Bytes of a `struct page`. */
const PAGE_STRUCT_BYTES = 64;
/** Where the array of them begins: with five levels of page tables, and with four. */
const PAGE_ARRAYS = ['ffd4', 'ffffea'];
const POINTER_DIGITS = 16;

type Fields = readonly [a: string, b: string];

/** The form of each event's fields: names of its two numbers, '' for none. */
const FORMS: Readonly<Record<ExtraKind, Fields>> = {
  decay: ['zone', ''],
  kcw: ['order', ''],
  drainpages: ['zone', 'cpu'],
  iso: ['start', 'end'],
  iso_r: ['ret', ''],
  undo: ['start', 'end'],
  isofree: ['page', 'order'],
  putback: ['page', 'order'],
  calloc: ['src', ''],
  calloc_r: ['page', ''],
  cfree: ['dst', ''],
  report: ['', ''],
  test_pages_isolated: ['start_pfn', 'end_pfn'],
  mm_compaction_fast_isolate_freepages: ['range', 'nr_taken'],
  mm_compaction_finished: ['order', ''],
  mm_compaction_isolate_freepages: ['range', 'nr_taken'],
  mm_compaction_isolate_migratepages: ['range', 'nr_taken'],
  mm_vmscan_direct_reclaim_begin: ['order', ''],
  mm_vmscan_direct_reclaim_end: ['nr_reclaimed', ''],
  mm_vmscan_kswapd_sleep: ['', ''],
  mark_victim: ['pid', ''],
};

function isKnown(name: string): name is ExtraKind {
  return Object.hasOwn(FORMS, name);
}

const PAGE_FIELDS: ReadonlySet<string> = new Set(['page', 'src', 'dst']);

/** A frame from the address of its `struct page`, NO_FRAME for none; undefined when it lies in no array of them. */
function frameOf(pointer: string): number | undefined {
  if (pointer === '0') return NO_FRAME;
  const base = PAGE_ARRAYS.find((start) => pointer.startsWith(start));
  if (base === undefined || pointer.length !== POINTER_DIGITS) return undefined;
  return Number.parseInt(pointer.slice(base.length), 16) / PAGE_STRUCT_BYTES;
}

/** The number of a field: pages become frames, of a zone's address the digits that differ are kept. */
function readField(text: string, name: string): number | undefined {
  if (name === '') return 0;
  const found = new RegExp(`(?:^| )${name}=\\(?(0x)?(-?[0-9a-f]+)\\b`).exec(text);
  if (found === null) return undefined;
  const [, prefix, digits = ''] = found;
  if (PAGE_FIELDS.has(name)) return frameOf(digits);
  if (name === 'zone') return zoneAddress(digits);
  return Number(prefix === undefined ? digits : `0x${digits}`);
}

function readEvent(
  file: string,
  line: number,
  text: string,
  guest: ExtraGuest,
): ExtraEvent | undefined {
  const parts = LINE.exec(text);
  if (parts === null) throw new RecordingError(file, line, 'a line of a trace', quote(text));
  const [, pid, cpu, seconds, fraction, name = '', rest = ''] = parts;
  if (!isKnown(name)) return undefined;
  const [a, b] = FORMS[name].map((field) => readField(rest, field));
  if (a === undefined || b === undefined || Number.isNaN(a + b)) {
    throw new RecordingError(file, line, `the fields of ${name}`, quote(rest));
  }
  const timeUs = Number(seconds) * US_PER_S + Number(fraction);
  if (!Number.isSafeInteger(timeUs)) {
    throw new RecordingError(file, line, TIME_EXPECTED, quote(text.trim()));
  }
  const event = { kind: name, line, timeUs, cpu: Number(cpu), pid: Number(pid), a, b };
  const expected = wrongOf(event, guest);
  if (expected !== undefined) throw new RecordingError(file, line, expected, quote(text.trim()));
  return event;
}

/** Reads the lines of a second trace. An event that was lost would be missed as silently as one that never was. */
export function parseExtraTrace(
  file: string,
  lines: readonly string[],
  guest: ExtraGuest,
): ExtraTrace {
  const { events, entries, entriesLine, found } = readLines(file, lines, guest);
  if (entries !== undefined && entries !== found) {
    const counted = `${entries} events, as its header counts`;
    throw new RecordingError(file, entriesLine, counted, `${found} events`);
  }
  const named = nameZones(file, events, guest.populated);
  return { file, events: named, isThere: lines.length > 0 };
}

interface ReadLines {
  readonly events: ExtraEvent[];
  /** What the header counts. */
  readonly entries: number | undefined;
  readonly entriesLine: number;
  readonly found: number;
}

function readLines(file: string, lines: readonly string[], guest: ExtraGuest): ReadLines {
  const events: ExtraEvent[] = [];
  let lastUs = 0;
  let entries: number | undefined;
  let entriesLine = 0;
  let found = 0;
  lines.forEach((text, at) => {
    const line = at + 1;
    if (text === '') return;
    if (text.startsWith('#')) {
      const counts = /entries-written: (\d+)\/(\d+)/.exec(text);
      if (counts === null) return;
      if (counts[1] !== counts[2]) {
        throw new RecordingError(file, line, 'a trace with all its events', quote(text));
      }
      if (entries !== undefined) throw new RecordingError(file, line, 'one header', quote(text));
      entries = Number(counts[1]);
      entriesLine = line;
      return;
    }
    if (text.startsWith('CPU:')) {
      throw new RecordingError(file, line, 'a trace with all its events', quote(text));
    }
    found += 1;
    const event = readEvent(file, line, text, guest);
    if (event === undefined) return;
    if (event.timeUs < lastUs) {
      const expected = `a time not before ${(lastUs / US_PER_S).toFixed(6)}`;
      throw new RecordingError(file, line, expected, quote(text));
    }
    lastUs = event.timeUs;
    events.push(event);
  });
  return { events, entries, entriesLine, found };
}
