// A copy of a guest's memory metadata, without its zeros: most tables of a guest are zeros, and who copies only the rest
// clones several times faster. What an instance held before must be cleared for that: base/touched of the core says where.

import {
  GUEST_BASE,
  GUEST_BYTES,
  GUEST_NODES_HIGH_OFFSET,
  GUEST_NODES_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_SIZES_OFFSET,
  GUEST_SPAN_OFFSET,
  GUEST_STATES_OFFSET,
  KERNEL_ZONES,
  NODE_BYTES,
  RECORD_BYTES,
} from '../abi/layout.ts';
import { ORDER_MAX, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import { expectObject } from '../check/index.ts';
import { type CoreConfig, withDefaults } from './config.ts';
import { CoreError } from './error.ts';
import type { Instance } from './instance.ts';

/** Template, checkpoint and resume are all this. */
export interface CoreSnapshot {
  /** Sizes of the tables: a core of other sizes refuses the copy. */
  readonly config: Required<CoreConfig>;
  /** One past the guest's last byte. */
  readonly end: number;
  /** Where the guest's bytes are not all zero: {first word, words} pairs, ascending. */
  readonly runs: Uint32Array;
  /** The words of the runs, one run behind the other. */
  readonly words: Uint32Array;
  /** By pageblock: 1 if frames of it are in use. */
  readonly inUse: Uint8Array;
}

/** Up to here a loop over words is faster than a copy by subarrays. */
const SHORT_WORDS = 32;

/** A core spans whole blocks of the largest order. */
const SPAN_STEP: number = 2 ** ORDER_MAX;

function spanOf(config: Required<CoreConfig>): number {
  return Math.ceil(config.frames / SPAN_STEP) * SPAN_STEP;
}

function expectSame(what: string, expected: number, found: number | undefined): void {
  if (expected === found) return;
  throw new CoreError(`snapshot: ${what}: expected ${expected}, found ${found}`);
}

/**
 * Throws CoreError for a guest's bytes that do not belong to tables of these sizes: they would lie
 * elsewhere. `header`: its first bytes; `end`: one past its last.
 */
export function checkGuest(
  config: Required<CoreConfig>,
  header: Uint8Array | Uint32Array,
  end: number,
): void {
  if (header.byteLength < GUEST_BYTES) {
    throw new CoreError(
      `snapshot: expected ${GUEST_BYTES} bytes or more, found ${header.byteLength}`,
    );
  }
  const view = new DataView(header.buffer, header.byteOffset, GUEST_BYTES);
  const word = (offset: number): number => view.getUint32(offset, true);
  expectSame('frames', word(GUEST_SPAN_OFFSET), spanOf(config));
  const { czones, cpus, objects, nodes, bufferSlots } = config;
  [KERNEL_ZONES + czones, cpus, objects, nodes, bufferSlots].forEach((size, at) => {
    expectSame('size of a table', word(GUEST_SIZES_OFFSET + 4 * at), size);
  });
  const found = word(GUEST_NODES_OFFSET) + word(GUEST_NODES_HIGH_OFFSET) * NODE_BYTES;
  expectSame('end', found, end);
}

/**
 * Throws CoreError for a snapshot that was cut or whose parts do not belong together. What is in the
 * tables is not looked at.
 */
export function checkSnapshot(snapshot: CoreSnapshot): void {
  const { config, end, runs, words, inUse } = expectObject('snapshot', snapshot);
  withDefaults(config);
  const isWhole =
    words instanceof Uint32Array &&
    runs instanceof Uint32Array &&
    inUse instanceof Uint8Array &&
    typeof end === 'number';
  if (!isWhole) throw new CoreError('snapshot: expected runs, their words, and pageblocks in use');
  expectSame('first word', GUEST_BASE >>> 2, runs[0]);
  checkGuest(config, words, end);
  expectSame('words', wordsOf(runs, end >>> 2), words.length);
  expectSame('pageblocks', spanOf(config) / PAGEBLOCK_FRAMES, inUse.length);
}

/** Words that runs are of; -1 where they do not ascend up to `end`. */
function wordsOf(runs: Uint32Array, end: number): number {
  let words = 0;
  let last = 0;
  for (let at = 0; at < runs.length; at += 2) {
    const start = runs[at] as number;
    const length = runs[at + 1] ?? 0;
    if (start < last || length === 0 || start + length > end) return -1;
    words += length;
    last = start + length;
  }
  return words;
}

/** Marks of pageblocks: written since the guest came from its image, or in use in it. */
function touchedOf(instance: Instance): Uint8Array {
  const at = instance.raw.touchedBlocks() >>> 0;
  const blocks = instance.headerWord(GUEST_SPAN_OFFSET) / PAGEBLOCK_FRAMES;
  return instance.bytes.subarray(at, at + blocks);
}

/** Calls `visit` for each part of the guest's bytes before its nodes that may hold anything which no image holds. */
function eachTouched(instance: Instance, visit: (start: number, end: number) => void): void {
  const states = instance.headerWord(GUEST_STATES_OFFSET);
  const records = instance.headerWord(GUEST_RECORDS_OFFSET);
  const touched = touchedOf(instance);
  const runs: number[] = [];
  for (let at = touched.indexOf(1); at >= 0; at = touched.indexOf(1, at)) {
    const clean = touched.indexOf(0, at);
    const stop = clean < 0 ? touched.length : clean;
    runs.push(at * PAGEBLOCK_FRAMES, stop * PAGEBLOCK_FRAMES);
    at = stop;
  }
  visit(GUEST_BASE, states);
  for (const [base, bytes] of [
    [states, 1],
    [records, RECORD_BYTES],
  ] as const) {
    for (let at = 0; at < runs.length; at += 2) {
      visit(base + (runs[at] as number) * bytes, base + (runs[at + 1] as number) * bytes);
    }
  }
}

/** Copies a guest. `image`: what it came from. */
export function takeSnapshot(
  config: Required<CoreConfig>,
  instance: Instance,
  image: CoreSnapshot | undefined,
): CoreSnapshot {
  const { raw, words } = instance;
  const end = raw.snapshotBytes();
  const runs: number[] = [];
  const parts: Uint32Array[] = [];
  const take = (from: number, to: number): void => {
    for (let at = from; ;) {
      const start = raw.nonZeroStart(at, to) >>> 0;
      if (start >= to) return;
      at = raw.nonZeroEnd(start, to) >>> 0;
      runs.push(start >>> 2, (at - start) >>> 2);
      parts.push(words.subarray(start >>> 2, at >>> 2));
    }
  };
  if (image === undefined) {
    eachTouched(instance, take);
    take(instance.headerWord(GUEST_NODES_OFFSET), end);
  } else take(GUEST_BASE, end);
  const inUse = touchedOf(instance).map((_, block) => raw.blockInUse(block));
  return { config, end, runs: Uint32Array.from(runs), words: joined(parts), inUse };
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const words = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    words.set(part, at);
    at += part.length;
  }
  return words;
}

/**
 * Zeros whatever an instance holds that the snapshot may not write. `image`: what its guest came from. Behind the
 * snapshot's last node it may hold anything: the core zeros each node that it makes.
 */
export function clearGuest(
  instance: Instance,
  image: CoreSnapshot | undefined,
  snapshot: CoreSnapshot,
): void {
  const { bytes, words } = instance;
  const nodes = instance.headerWord(GUEST_NODES_OFFSET);
  eachTouched(instance, (start, end) => bytes.fill(0, start, end));
  bytes.fill(0, nodes, snapshot.end);
  if (image === undefined || image === snapshot) return;
  for (let at = 0; at < image.runs.length; at += 2) {
    const first = image.runs[at] as number;
    words.fill(0, first, first + (image.runs[at + 1] as number));
  }
}

/** Writes the snapshot to an instance that is zero elsewhere. The core must attach to it. */
export function writeSnapshot(snapshot: CoreSnapshot, words: Uint32Array): void {
  const { runs } = snapshot;
  let from = 0;
  for (let at = 0; at < runs.length; at += 2) {
    const first = runs[at] as number;
    const length = runs[at + 1] as number;
    if (length > SHORT_WORDS) {
      words.set(snapshot.words.subarray(from, from + length), first);
    } else {
      for (let i = 0; i < length; i += 1) words[first + i] = snapshot.words[from + i] as number;
    }
    from += length;
  }
}

/** After the core has attached to a written snapshot: its pageblocks in use are what a next guest must clear. */
export function markInUse(instance: Instance, snapshot: CoreSnapshot): void {
  touchedOf(instance).set(snapshot.inUse);
}

/** Nothing is known of what is in use: all of it. */
export function markAllInUse(instance: Instance): void {
  touchedOf(instance).fill(1);
}
