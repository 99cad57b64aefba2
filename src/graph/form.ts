// A graph as bytes: a JSON text of nodes, then the memory behind arrays and instances, without pages that are zero.
//
//   u32        bytes of the text, little-endian
//   text       { shapes, nodes, root }; a node's number is its place
//   memory     of each buffer in turn, only the runs of pages that its node names

import { FRAME_BYTES } from '../abi/unit.ts';

/** Kinds of nodes, in the place of a shape's number. */
export const KIND_ARRAY = -1;
export const KIND_MAP = -2;
export const KIND_SET = -3;
/** [kind, name of the type, buffer, offset, length] */
export const KIND_VIEW = -4;
/** [kind, bytes, ...runs of pages] */
export const KIND_BUFFER = -5;
/** [kind, target, name of the method, ...first arguments] */
export const KIND_BOUND = -6;
/** [kind, function, ...first arguments] */
export const KIND_PARTIAL = -7;
/** [kind, name] */
export const KIND_NAMED = -8;
/** [kind, name, note, bytes, ...runs of pages] */
export const KIND_SPECIAL = -9;

/** What JSON has no word for stands in an array; a reference to a node is an array with its number. */
export const UNDEFINED: readonly unknown[] = [];
export const ODD_NUMBERS: readonly (readonly [word: string, value: number])[] = [
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
];
export const HOLE = 'hole';
export const BIGINT = 'bigint';

/** A class by name ('': none) and the keys of its objects. */
export type Shape = readonly [name: string, ...keys: string[]];
export type Node = readonly unknown[];

export interface GraphText {
  readonly shapes: readonly Shape[];
  readonly nodes: readonly Node[];
  readonly root: unknown;
}

export const TEXT_LENGTH_BYTES = 4;
export const PAGE_BYTES_OF_RUNS: number = FRAME_BYTES;

export const VIEWS: Readonly<
  Record<string, new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView>
> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
};

/** Runs of pages that are not zero, as [first, count, …]; the last page may be short. */
export function runsOf(bytes: Uint8Array): number[] {
  const runs: number[] = [];
  const pages = Math.ceil(bytes.length / PAGE_BYTES_OF_RUNS);
  for (let page = 0; page < pages; page += 1) {
    if (isZero(bytes, page * PAGE_BYTES_OF_RUNS)) continue;
    const last = runs.length - 2;
    if (last >= 0 && (runs[last] as number) + (runs[last + 1] as number) === page) {
      runs[last + 1] = (runs[last + 1] as number) + 1;
    } else runs.push(page, 1);
  }
  return runs;
}

function isZero(bytes: Uint8Array, from: number): boolean {
  const to = Math.min(bytes.length, from + PAGE_BYTES_OF_RUNS);
  if ((bytes.byteOffset + from) % 4 !== 0 || (to - from) % 4 !== 0) {
    for (let at = from; at < to; at += 1) if (bytes[at] !== 0) return false;
    return true;
  }
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + from, (to - from) / 4);
  for (let at = 0; at < words.length; at += 1) if (words[at] !== 0) return false;
  return true;
}
