// The two halves of a guest at rest. Inner: the records of the frames in its CZone region, more than half of all its words,
// which nobody looks at unless pages of a zone come, go or move. Outer: all else, without nodes that were never handed out.
// A container's end with its zone, calls that were put off and turns of workers need the outer half alone: the inner one
// stays packed until a call comes that OUTER does not name, or somebody looks at the memory (Instance.bytes, words).
//
// Invariant: what OUTER says of a call holds for any state of the guest whose kernel zones have nothing in the region: it
// neither reads nor writes a record of a frame there. A guest whose kernel zones do has no inner half.
//
//  packed   outer half | inner half | 1, or 0 where there is no inner half

import { ZONE_OBJECT_FRAMES_OFFSET, ZONE_OUTSIDE_OFFSET } from '../abi/czone.ts';
import {
  GUEST_BASE,
  GUEST_BLOCKS_OFFSET,
  GUEST_BYTES,
  GUEST_CZONE_FRAMES_OFFSET,
  GUEST_CZONE_START_OFFSET,
  GUEST_NODES_HIGH_OFFSET,
  GUEST_NODES_MAX_OFFSET,
  GUEST_NODES_OFFSET,
  GUEST_OBJECTS_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_SCRATCH_OFFSET,
  GUEST_SPAN_OFFSET,
  GUEST_ZONES_OFFSET,
  GUEST_ZONES_USED_OFFSET,
  KERNEL_ZONES,
  NODE_BYTES,
  OBJECT_BYTES,
  OBJECT_KERNEL,
  OBJECT_KIN_OFFSET,
  OBJECT_KIND_OFFSET,
  OBJECT_ZONE_OFFSET,
  PAGEBLOCK_ZONE_SHIFT,
  RECORD_BYTES,
  ZONE_FREE_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_SHARED_OUT_OFFSET,
  ZONE_STRIDE,
} from '../abi/layout.ts';
import { NONE, ORDER_MAX, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import type { CoreExports } from './exports.ts';
import type { Calls, Instance } from './instance.ts';
import { type Stretch, pack, unpack } from './packed.ts';

type Packed = Int32Array<ArrayBuffer>;

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

/** Behind the last node that there may be. */
function memosOf(header: Uint32Array): number {
  const nodes = wordOf(header, GUEST_NODES_MAX_OFFSET);
  return wordOf(header, GUEST_NODES_OFFSET) + nodes * NODE_BYTES;
}

/** First and last frame of whole blocks of the region: none of them is a block's buddy outside. */
function regionOf(header: Uint32Array): readonly [first: number, last: number] {
  const start = wordOf(header, GUEST_CZONE_START_OFFSET);
  const stop = start + wordOf(header, GUEST_CZONE_FRAMES_OFFSET);
  const first = Math.ceil(start / LARGEST_FRAMES) * LARGEST_FRAMES;
  return [first, Math.max(first, Math.floor(stop / LARGEST_FRAMES) * LARGEST_FRAMES)];
}

function halvesOf(header: Uint32Array, end: number, hasInner: boolean): Halves {
  const records = wordOf(header, GUEST_RECORDS_OFFSET);
  const [first, last] = hasInner ? regionOf(header) : [0, 0];
  const inner = { start: records + first * RECORD_BYTES, end: records + last * RECORD_BYTES };
  const nodesEnd =
    wordOf(header, GUEST_NODES_OFFSET) + wordOf(header, GUEST_NODES_HIGH_OFFSET) * NODE_BYTES;
  return {
    outer: [
      { start: GUEST_BASE, end: inner.start },
      { start: inner.end, end: nodesEnd },
      { start: memosOf(header), end },
    ],
    inner,
  };
}

/** Whether no kernel zone has a pageblock in the region, and there is one. */
function mayHaveInner(raw: CoreExports, header: Uint32Array): boolean {
  const [first, last] = regionOf(header);
  const blocks = wordOf(header, GUEST_BLOCKS_OFFSET);
  const at = (frame: number): number => blocks + 4 * (frame / PAGEBLOCK_FRAMES);
  const words = wordsAt(raw, { start: at(first), end: at(last) });
  return last > first && words.every((word) => word >>> PAGEBLOCK_ZONE_SHIFT >= KERNEL_ZONES);
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

/** A guest's memory, packed. */
export function packedFrom(calls: CoreExports): Packed {
  const half = calls instanceof HalfAwake ? calls : undefined;
  const raw = rawOf(calls);
  const header = headerOf(raw);
  const hasInner = half !== undefined || mayHaveInner(raw, header);
  const { outer, inner } = halvesOf(header, endOf(raw), hasInner);
  const spans = half === undefined ? [...outer, inner] : outer;
  return pack(
    spans.map((span) => stretchOf(raw, span)),
    half?.asleep ?? Int32Array.of(hasInner ? 1 : 0),
  );
}

/** Writes a span of what was packed. Where the next one begins. */
function fillSpan(raw: CoreExports, span: Span, packed: Int32Array, at: number): number {
  const fill = (from: number, end: number): void =>
    raw.steadyFill(span.start + 4 * from, span.start + 4 * end);
  return unpack(packed, wordsAt(raw, span), fill, at);
}

/** Writes a guest of this header, packed, to a memory that is laid out for it: the outer half, and the inner one when that is asked for. */
export function wakeIn(
  raw: CoreExports,
  instance: Instance,
  { header, packed }: { readonly header: Uint32Array; readonly packed: Packed },
): Calls {
  const hasInner = packed.at(-1) === 1;
  let at = 0;
  for (const span of halvesOf(header, endOf(raw), hasInner).outer) {
    at = fillSpan(raw, span, packed, at);
  }
  if (!hasInner) return raw;
  return new HalfAwake(raw, instance, packed.subarray(at)) as unknown as Calls;
}

/** Calls that leave the inner half alone. */
const OUTER: readonly (keyof CoreExports)[] = [
  'countBacked',
  'czoneFirstBlock',
  'czoneNextPooled',
  'czonePlug',
  'czonePoolStat',
  'czoneRefer',
  'czoneUnplug',
  'decay',
  'isBacked',
  'objectPages',
  'proactiveScore',
  'releaseRange',
  'touchRange',
  'touchedBlocks',
  'usesRange',
];
/** So do these without temporary memory, which go by memos and counters then: where that stands among the arguments. */
const TEMPORARY_AT: Readonly<Record<string, number>> = {
  callBegin: 6,
  callRecurs: 5,
  callRepeat: 7,
};

type IsOuter = (half: HalfAwake, args: readonly number[]) => boolean;

/** Says of a call that it leaves the inner half alone. */
function isOuterOf(name: string): IsOuter {
  const temporaryAt = TEMPORARY_AT[name];
  if (temporaryAt !== undefined) return (_, args) => args[temporaryAt] === 0;
  if (name === 'czoneExit') return (half, [index]) => half.isAlone(index as number);
  if (name === 'objectDestroy') return (half, [id]) => half.isKernels(id as number);
  const isOuter = OUTER.includes(name as keyof CoreExports);
  return () => isOuter;
}

type Call = (...args: readonly number[]) => unknown;

/** The calls of a guest whose inner half is packed still. */
export class HalfAwake {
  /** The inner half; undefined: it is in place. */
  asleep: Packed | undefined;
  private readonly _raw: CoreExports;
  private readonly _instance: Instance;

  constructor(raw: CoreExports, instance: Instance, asleep: Packed) {
    this._raw = raw;
    this._instance = instance;
    this.asleep = asleep;
    if (!('decay' in this)) addCalls(raw);
  }

  get memory(): WebAssembly.Memory {
    return this._raw.memory;
  }

  /** The calls as the module exports them. */
  get raw(): CoreExports {
    return this._raw;
  }

  /** All of the guest is in place from now on. */
  whole(): CoreExports {
    const raw = this._raw;
    if (this.asleep === undefined) return raw;
    fillSpan(raw, halvesOf(headerOf(raw), endOf(raw), true).inner, this.asleep, 0);
    this.asleep = undefined;
    this._instance.outer.raw = raw;
    return raw;
  }

  /** Nobody shares a frame with the zone: it ends as a whole. */
  isAlone(index: number): boolean {
    const { header, words } = this._instance.outer;
    const zone = wordOf(header, GUEST_ZONES_OFFSET) + index * ZONE_STRIDE;
    const field = (offset: number): number => words[(zone + offset) >>> 2] as number;
    if (field(ZONE_SHARED_OUT_OFFSET) !== 0 || field(ZONE_OUTSIDE_OFFSET) !== 0) return false;
    const frames = field(ZONE_FREE_OFFSET) + field(ZONE_OBJECT_FRAMES_OFFSET);
    return frames === field(ZONE_MANAGED_OFFSET);
  }

  /** Kernel memory that nobody shares, from the kernel's zones. */
  isKernels(id: number): boolean {
    const { header, words, bytes } = this._instance.outer;
    const object = wordOf(header, GUEST_OBJECTS_OFFSET) + id * OBJECT_BYTES;
    return (
      bytes[object + OBJECT_KIND_OFFSET] === OBJECT_KERNEL &&
      words[(object + OBJECT_KIN_OFFSET) >>> 2] === id &&
      words[(object + OBJECT_ZONE_OFFSET) >>> 2] === NONE >>> 0
    );
  }
}

/** Each call of the module, which looks first whether it needs the inner half. */
function addCalls(raw: CoreExports): void {
  for (const [name, call] of Object.entries(raw)) {
    if (typeof call !== 'function') continue;
    const isOuter = isOuterOf(name);
    const value = function (this: HalfAwake, ...args: readonly number[]): unknown {
      const calls = isOuter(this, args) ? this.raw : this.whole();
      return (calls[name as keyof CoreExports] as Call)(...args);
    };
    Object.defineProperty(HalfAwake.prototype, name, { value });
  }
}

/** The calls as the module exports them, whatever of the guest is in place. */
export function rawOf(calls: CoreExports): CoreExports {
  return calls instanceof HalfAwake ? calls.raw : calls;
}

/** Zeroes all that a guest of these tables may look at: behind its last node at `end` the core does so with each that it makes. */
export function clearTables(raw: CoreExports, end: number): void {
  const header = headerOf(raw);
  const bytes = new Uint8Array(raw.memory.buffer);
  bytes.fill(0, wordOf(header, GUEST_ZONES_OFFSET), end);
  bytes.fill(0, memosOf(header));
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
  const { outer, inner } = halvesOf(header, end, false);
  return [...outer, inner].reduce((sum, one) => sum + (one.end - one.start) / 4, 0);
}
