// Which program wrote a graph: a fingerprint of all that may stand in it, by name and text. It is the same wherever the same files run,
// in a process or a page, and another as soon as a class has another field.

import { FNV_BASIS, FNV_PRIME } from '../abi/hash.ts';
import { type Known, Names } from './known.ts';

/** The digits of a 32-bit number. */
const DIGITS = 8;

function hashed(hash: number, text: string): number {
  let next = hash;
  for (let at = 0; at < text.length; at += 1) {
    next = Math.imul(next ^ text.charCodeAt(at), FNV_PRIME);
  }
  return next >>> 0;
}

/** Of classes and functions that a graph may name, in any order. */
export function programMark(known: Known): string {
  let mark: number = FNV_BASIS;
  for (const [name, text] of new Names(known).texts()) mark = hashed(hashed(mark, name), text);
  return mark.toString(16).padStart(DIGITS, '0');
}
