// The two halves of a guest at rest. Inner: the records of the frames in its CZone region, more than half of all its words,
// which nobody looks at unless pages of a zone come, go or move. Outer: all else, without nodes that were never handed out.
// A container's end with its zone, calls that were put off and turns of workers need the outer half alone, so the inner one
// stays packed until something else is asked (Instance.raw).
//
// Invariant: nothing that Instance.outer is used for reads or writes a record of the inner half.

import {
  GUEST_BASE,
  GUEST_BYTES,
  GUEST_CZONE_FRAMES_OFFSET,
  GUEST_CZONE_START_OFFSET,
  GUEST_NODES_HIGH_OFFSET,
  GUEST_NODES_MAX_OFFSET,
  GUEST_NODES_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_SCRATCH_OFFSET,
  GUEST_SPAN_OFFSET,
  GUEST_ZONES_USED_OFFSET,
  NODE_BYTES,
  RECORD_BYTES,
} from '../abi/layout.ts';
import { ORDER_MAX, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import type { CoreExports } from './exports.ts';
import { type Stretch, pack, unpack } from './packed.ts';

/** Addresses, of whole pairs of words. */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface Halves {
  readonly outer: readonly Span[];
  readonly inner: Span;
}

const PAIR_BYTES = 8;
/** A block of frames that lies outside the region has no buddy in it beyond a multiple of this. */
const LARGEST_FRAMES: number = 2 ** ORDER_MAX;

function wordOf(header: Uint32Array, offset: number): number {
  return header[offset >> 2] as number;
}

function headerOf(raw: CoreExports): Uint32Array {
  return new Uint32Array(raw.memory.buffer, GUEST_BASE, GUEST_BYTES >> 2);
}

/** One past the last mark, up to a whole pair; the guest is laid out. */
function endOf(raw: CoreExports): number {
  const blocks = wordOf(headerOf(raw), GUEST_SPAN_OFFSET) / PAGEBLOCK_FRAMES;
  const bytes = (raw.touchedBlocks() >>> 0) + blocks - GUEST_BASE;
  return GUEST_BASE + Math.ceil(bytes / PAIR_BYTES) * PAIR_BYTES;
}

function halvesOf(header: Uint32Array, end: number): Halves {
  const records = wordOf(header, GUEST_RECORDS_OFFSET);
  const nodes = wordOf(header, GUEST_NODES_OFFSET);
  const start = wordOf(header, GUEST_CZONE_START_OFFSET);
  const stop = start + wordOf(header, GUEST_CZONE_FRAMES_OFFSET);
  const first = Math.ceil(start / LARGEST_FRAMES) * LARGEST_FRAMES;
  const last = Math.max(first, Math.floor(stop / LARGEST_FRAMES) * LARGEST_FRAMES);
  const inner = { start: records + first * RECORD_BYTES, end: records + last * RECORD_BYTES };
  const used = nodes + wordOf(header, GUEST_NODES_HIGH_OFFSET) * NODE_BYTES;
  const memos = nodes + wordOf(header, GUEST_NODES_MAX_OFFSET) * NODE_BYTES;
  return {
    outer: [
      { start: GUEST_BASE, end: inner.start },
      { start: inner.end, end: used },
      { start: memos, end },
    ],
    inner,
  };
}

function wordsAt({ memory }: CoreExports, { start, end }: Span): Int32Array<ArrayBuffer> {
  return new Int32Array(memory.buffer as ArrayBuffer, start, (end - start) / 4);
}

/** What lies before a span may be another half's: its first pairs go on as nothing. */
function stretchOf(raw: CoreExports, span: Span): Stretch {
  const { start, end } = span;
  const steadyEnd = (word: number): number =>
    word === 0 && start !== GUEST_BASE
      ? 0
      : ((raw.steadyEnd(start + 4 * word, end) >>> 0) - start) / 4;
  return { words: wordsAt(raw, span), steadyEnd };
}

/** A guest's memory, packed: the outer half, then the inner one. `asleep`: that, if it is packed still. */
export function packedFrom(raw: CoreExports, asleep?: Int32Array): Int32Array<ArrayBuffer> {
  const { outer, inner } = halvesOf(headerOf(raw), endOf(raw));
  const spans = asleep === undefined ? [...outer, inner] : outer;
  return pack(
    spans.map((span) => stretchOf(raw, span)),
    asleep,
  );
}

/** Writes a span of what was packed. Where the next one begins. */
function fillSpan(raw: CoreExports, span: Span, packed: Int32Array, at: number): number {
  const fill = (from: number, end: number): void =>
    raw.steadyFill(span.start + 4 * from, span.start + 4 * end);
  return unpack(packed, wordsAt(raw, span), fill, at);
}

/** Writes the outer half of a guest of this header to a memory that is laid out for it. The inner one, packed still; undefined: there is none. */
export function fillOuter(
  raw: CoreExports,
  header: Uint32Array,
  packed: Int32Array<ArrayBuffer>,
): Int32Array<ArrayBuffer> | undefined {
  let at = 0;
  for (const span of halvesOf(header, endOf(raw)).outer) at = fillSpan(raw, span, packed, at);
  return at < packed.length ? packed.subarray(at) : undefined;
}

export function fillInner(raw: CoreExports, packed: Int32Array): void {
  fillSpan(raw, halvesOf(headerOf(raw), endOf(raw)).inner, packed, 0);
}

/** Where the tables of guests of some sizes lie. */
export interface Tables {
  readonly header: Uint32Array;
  readonly end: number;
}

/** `blank`: a guest of these sizes, laid out. */
export function tablesOf(blank: CoreExports): Tables {
  return { header: headerOf(blank).slice(), end: endOf(blank) };
}

/** Words that a guest of such tables is packed from; -1: its header says that they lie elsewhere. */
export function wordsOf({ header: own, end }: Tables, header: Uint32Array): number {
  for (let offset = GUEST_SPAN_OFFSET; offset <= GUEST_SCRATCH_OFFSET; offset += 4) {
    const isSame = wordOf(own, offset) === wordOf(header, offset);
    if (!isSame && offset !== GUEST_ZONES_USED_OFFSET) return -1;
  }
  const span = wordOf(own, GUEST_SPAN_OFFSET);
  const start = wordOf(header, GUEST_CZONE_START_OFFSET);
  if (start + wordOf(header, GUEST_CZONE_FRAMES_OFFSET) > span) return -1;
  const nodes = wordOf(own, GUEST_NODES_MAX_OFFSET);
  if (wordOf(header, GUEST_NODES_HIGH_OFFSET) > nodes) return -1;
  const { outer, inner } = halvesOf(header, end);
  return [...outer, inner].reduce((sum, one) => sum + (one.end - one.start) / 4, 0);
}
