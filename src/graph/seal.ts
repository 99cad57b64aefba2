// Bytes that leave the process: what they are, whose they are, their parts, and a checksum over all of it.
//
//   u32 x 3    magic, form, bytes of the head; little-endian
//   head       JSON: kind, of (what must be the same where they are read), names and sizes of parts; spaces up to a whole word
//   parts      one after the other, zeros up to a whole word at the end
//   u32 x 2    checksum of all words before

import { FNV_BASIS, FNV_PRIME } from '../abi/hash.ts';
import { UnreadableState } from './error.ts';

/** 'GMST' read as a little-endian word. */
const MAGIC = 0x54534d47;
/** Raised when anything of this form or of a graph's changes. */
const FORM = 1;
const WORD_BYTES = 4;
const FRONT_BYTES = 3 * WORD_BYTES;
const CHECKSUM_BYTES = 2 * WORD_BYTES;

export interface Sealed {
  readonly kind: string;
  /** What must be the same where they are read, and its fingerprint. */
  readonly of: Readonly<Record<string, string>>;
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

interface Head extends Omit<Sealed, 'parts'> {
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

function upToWord(bytes: number): number {
  return Math.ceil(bytes / WORD_BYTES) * WORD_BYTES;
}

/** Two hashes of 32 bits over words: any one word that is another changes both. */
function checksum(bytes: Uint8Array): readonly [number, number] {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / WORD_BYTES);
  let low: number = FNV_BASIS;
  let high = FNV_PRIME;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as number;
    low = Math.imul(low ^ word, FNV_PRIME);
    high = Math.imul(high ^ ((word >>> 16) | (word << 16)), FNV_PRIME);
    high ^= high >>> 15;
  }
  return [low >>> 0, high >>> 0];
}

export function seal({ kind, of, parts }: Sealed): Uint8Array {
  const names = [...parts].map(([name, { length }]) => [name, length] as const);
  const json = new TextEncoder().encode(JSON.stringify({ kind, of, parts: names } satisfies Head));
  const headBytes = upToWord(json.length);
  const size = [...parts.values()].reduce((sum, { length }) => sum + length, 0);
  const end = FRONT_BYTES + headBytes + upToWord(size);
  const out = new Uint8Array(end + CHECKSUM_BYTES);
  const view = new DataView(out.buffer);
  [MAGIC, FORM, headBytes].forEach((word, at) => view.setUint32(at * WORD_BYTES, word, true));
  out.fill(0x20, FRONT_BYTES, FRONT_BYTES + headBytes);
  out.set(json, FRONT_BYTES);
  let at = FRONT_BYTES + headBytes;
  for (const part of parts.values()) {
    out.set(part, at);
    at += part.length;
  }
  checksum(out.subarray(0, end)).forEach((word, index) =>
    view.setUint32(end + index * WORD_BYTES, word, true),
  );
  return out;
}

/** Whether they may be bytes of this form, whatever is in them. */
export function isSealed(bytes: Uint8Array): boolean {
  if (bytes.length < WORD_BYTES) return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === MAGIC;
}

function expect(expected: string, holds: boolean, found: string): void {
  if (!holds) throw new UnreadableState(`expected ${expected}, found ${found}`);
}

function headOf(bytes: Uint8Array): Head {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Head;
  } catch {
    throw new UnreadableState('expected a head in JSON, found other bytes');
  }
}

/** What seal() was given. Throws UnreadableState for bytes that are damaged, or of another kind or form. */
export function unseal(kind: string, given: Uint8Array): Sealed {
  expect(`a ${kind} of guestmem`, isSealed(given), 'a file of another kind');
  // words are read where they lie
  const bytes = given.byteOffset % WORD_BYTES === 0 ? given : given.slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - CHECKSUM_BYTES;
  expect('a whole file', end >= FRONT_BYTES && end % WORD_BYTES === 0, `${bytes.length} bytes`);
  const form = view.getUint32(WORD_BYTES, true);
  expect(`form ${FORM}`, form === FORM, `form ${form}: another version of guestmem wrote it`);
  const isWhole = checksum(bytes.subarray(0, end)).every(
    (word, at) => view.getUint32(end + at * WORD_BYTES, true) === word,
  );
  expect('what its checksum says', isWhole, 'other bytes: the file is damaged');
  const headEnd = FRONT_BYTES + view.getUint32(2 * WORD_BYTES, true);
  const head = headOf(bytes.subarray(FRONT_BYTES, Math.min(headEnd, end)));
  expect(`a ${kind}`, head.kind === kind, `a ${String(head.kind)}`);
  return { kind, of: head.of, parts: partsOf(head, bytes.subarray(0, end), headEnd) };
}

function partsOf({ parts }: Head, bytes: Uint8Array, from: number): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  let at = from;
  expect('a list of parts', Array.isArray(parts), typeof parts);
  for (const [name, size] of parts) {
    const isThere = Number.isSafeInteger(size) && size >= 0 && at + size <= bytes.length;
    expect('the bytes of its parts', isThere, 'fewer');
    found.set(name, bytes.subarray(at, at + size));
    at += size;
  }
  return found;
}

/** Throws UnreadableState for what was written where something else was, and names it. */
export function expectSame(
  found: Readonly<Record<string, string>>,
  here: Readonly<Record<string, string>>,
): void {
  for (const [what, mark] of Object.entries(here)) {
    const other = typeof found?.[what] === 'string' ? found[what] : 'none';
    expect(`the same ${what} (${mark})`, other === mark, `another (${other})`);
  }
}
