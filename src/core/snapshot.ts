// A copy of a guest's memory metadata, and where it is not empty: most tables of a guest are zeros,
// and writing only the rest makes a clone several times cheaper.

import {
  GUEST_BASE,
  GUEST_BYTES,
  GUEST_NODES_HIGH_OFFSET,
  GUEST_NODES_OFFSET,
  GUEST_SIZES_OFFSET,
  GUEST_SPAN_OFFSET,
  KERNEL_ZONES,
  NODE_BYTES,
} from '../abi/layout.ts';
import { KIB, ORDER_MAX } from '../abi/unit.ts';
import { expectObject } from '../check/index.ts';
import type { CoreConfig } from './config.ts';
import { CoreError } from './error.ts';

/** Template, checkpoint and resume are all this. */
export interface CoreSnapshot {
  readonly config: Required<CoreConfig>;
  readonly bytes: Uint8Array;
  /** Where the bytes are not all zero: {start, end} pairs in bytes, ascending. */
  readonly runs: Uint32Array;
  /** How many bytes the runs are of. */
  readonly usedBytes: number;
}

/** A core spans whole blocks of the largest order. */
const SPAN_STEP: number = 2 ** ORDER_MAX;
/** Zeros are looked for in pieces of this size. */
const PIECE_BYTES: number = 4 * KIB;

function isZero(words: Uint32Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (words[at] !== 0) return false;
  return true;
}

function expectSame(what: string, expected: number, found: unknown): void {
  if (expected === found) return;
  throw new CoreError(`snapshot: ${what}: expected ${expected}, found ${String(found)}`);
}

/**
 * Throws CoreError for a snapshot that was cut or whose parts do not belong together: its tables
 * would lie elsewhere. What is in the tables is not looked at.
 */
export function checkSnapshot(snapshot: CoreSnapshot): void {
  const { config, bytes, runs, usedBytes } = expectObject('snapshot', snapshot);
  expectObject('snapshot.config', config);
  if (!(bytes instanceof Uint8Array && runs instanceof Uint32Array)) {
    throw new CoreError('snapshot: expected bytes and the runs of them that are not empty');
  }
  if (bytes.length < GUEST_BYTES) {
    throw new CoreError(`snapshot: expected ${GUEST_BYTES} bytes or more, found ${bytes.length}`);
  }
  const header = new Uint32Array(bytes.buffer, bytes.byteOffset, GUEST_BYTES >>> 2);
  const word = (offset: number): number => header[offset >>> 2] as number;
  const span = Math.ceil(config.frames / SPAN_STEP) * SPAN_STEP;
  expectSame('frames', word(GUEST_SPAN_OFFSET), span);
  const { czones, cpus, objects, nodes, bufferSlots } = config;
  [KERNEL_ZONES + czones, cpus, objects, nodes, bufferSlots].forEach((size, at) => {
    expectSame('size of a table', word(GUEST_SIZES_OFFSET + 4 * at), size);
  });
  const end = word(GUEST_NODES_OFFSET) + word(GUEST_NODES_HIGH_OFFSET) * NODE_BYTES;
  expectSame('bytes', end - GUEST_BASE, bytes.length);
  expectSame('bytes in use', usedBytes, usedIn(runs, bytes.length));
}

/** Bytes that runs are of; -1 where they are not ascending inside the bytes. */
function usedIn(runs: Uint32Array, length: number): number {
  let used = 0;
  let last = 0;
  for (let at = 0; at < runs.length; at += 2) {
    const start = runs[at] as number;
    const end = runs[at + 1] ?? 0;
    if (start < last || end <= start || end > length) return -1;
    used += end - start;
    last = end;
  }
  return used;
}

/** Makes a snapshot of copied bytes; their length must be a multiple of 4. */
export function snapshotOf(config: Required<CoreConfig>, bytes: Uint8Array): CoreSnapshot {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  const pairs: number[] = [];
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    const end = Math.min(start + PIECE_BYTES, bytes.length);
    if (isZero(words, start >>> 2, end >>> 2)) continue;
    if (pairs.at(-1) === start) pairs[pairs.length - 1] = end;
    else pairs.push(start, end);
  }
  const runs = Uint32Array.from(pairs);
  return { config, bytes, runs, usedBytes: usedIn(runs, bytes.length) };
}

/** Writes the snapshot to `target`, which is all zero there. */
export function writeRuns({ bytes, runs }: CoreSnapshot, target: Uint8Array, base: number): void {
  for (let at = 0; at < runs.length; at += 2) {
    const start = runs[at] as number;
    target.set(bytes.subarray(start, runs[at + 1]), base + start);
  }
}
