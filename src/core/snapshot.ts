// A copy of a guest's memory metadata, and where it is not empty: most tables of a guest are zeros,
// and writing only the rest makes a clone several times cheaper.

import { KIB } from '../abi/unit.ts';
import type { CoreConfig } from './config.ts';

/** Template, checkpoint and resume are all this. */
export interface CoreSnapshot {
  readonly config: Required<CoreConfig>;
  readonly bytes: Uint8Array;
  /** Where the bytes are not all zero: {start, end} pairs in bytes, ascending. */
  readonly runs: Uint32Array;
}

/** Zeros are looked for in pieces of this size. */
const PIECE_BYTES: number = 4 * KIB;

function isZero(words: Uint32Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (words[at] !== 0) return false;
  return true;
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
  return { config, bytes, runs: Uint32Array.from(pairs) };
}

/** Writes the snapshot to `target`, which is all zero there. */
export function writeRuns({ bytes, runs }: CoreSnapshot, target: Uint8Array, base: number): void {
  for (let at = 0; at < runs.length; at += 2) {
    const start = runs[at] as number;
    target.set(bytes.subarray(start, runs[at + 1]), base + start);
  }
}
