// Guests as bytes that leave the process: a header that says which core can read them, then the
// guest's metadata.
//
//   u32 x 12, little-endian   magic, form, ABI version, frames, cpus, czones, objects, nodes,
//                             slots, payload bytes, FNV-1a of the payload,
//                             FNV-1a of the header before it
//   payload                   the guest's memory from its header to the last table node ever used

import { FNV_BASIS, FNV_PRIME } from '../abi/hash.ts';
import { ABI_VERSION } from '../abi/layout.ts';
import type { CoreConfig } from './config.ts';
import { CoreError } from './error.ts';
import type { CoreBuild } from './instantiate.ts';

/** 'GMEM' read as a little-endian word. */
const MAGIC = 0x4d454d47;
/** Raised when this header changes; what the payload means is the ABI version's business. */
const FORM = 1;
const HEADER_WORDS = 12;
const HEADER_BYTES = HEADER_WORDS * 4;
const ABI_WORD = 2;
const PAYLOAD_BYTES_WORD = 9;
const PAYLOAD_HASH_WORD = 10;
const HEADER_HASH_WORD = 11;
const SIZES = ['frames', 'cpus', 'czones', 'objects', 'nodes', 'bufferSlots'] as const;
const FIRST_SIZE_WORD = 3;

/** 32-bit FNV-1a. */
function hashBytes(bytes: Uint8Array): number {
  let hash = FNV_BASIS;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

/** A guest's bytes with their header. */
export function encodeGuest(config: Required<CoreConfig>, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES + bytes.length);
  const view = new DataView(out.buffer);
  const put = (word: number, value: number): void => view.setUint32(word * 4, value, true);
  put(0, MAGIC);
  put(1, FORM);
  put(ABI_WORD, ABI_VERSION);
  SIZES.forEach((name, i) => put(FIRST_SIZE_WORD + i, config[name]));
  put(PAYLOAD_BYTES_WORD, bytes.length);
  put(PAYLOAD_HASH_WORD, hashBytes(bytes));
  put(HEADER_HASH_WORD, hashBytes(out.subarray(0, HEADER_HASH_WORD * 4)));
  out.set(bytes, HEADER_BYTES);
  return out;
}

function expectSame(what: string, expected: number, found: number): void {
  if (expected === found) return;
  throw new CoreError(`saved core: ${what}: expected ${expected}, found ${found}`);
}

/**
 * What encodeGuest() was given, for a core of `build`. Throws CoreError when this core cannot read
 * the bytes.
 */
export function decodeGuest(
  bytes: Uint8Array,
  build: CoreBuild,
): { config: Required<CoreConfig>; payload: Uint8Array } {
  if (bytes.length < HEADER_BYTES) {
    throw new CoreError(
      `saved core: expected ${HEADER_BYTES} bytes or more, found ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const get = (word: number): number => view.getUint32(word * 4, true);
  expectSame('magic', MAGIC, get(0));
  expectSame('form', FORM, get(1));
  expectSame('ABI version', ABI_VERSION, get(ABI_WORD));
  const headerHash = hashBytes(bytes.subarray(0, HEADER_HASH_WORD * 4));
  expectSame('header checksum', get(HEADER_HASH_WORD), headerHash);
  expectSame('payload bytes', get(PAYLOAD_BYTES_WORD), bytes.length - HEADER_BYTES);
  const payload = bytes.subarray(HEADER_BYTES);
  expectSame('payload checksum', get(PAYLOAD_HASH_WORD), hashBytes(payload));
  const [frames = 0, cpus = 0, czones = 0, objects = 0, nodes = 0, bufferSlots = 0] = SIZES.map(
    (_, i) => get(FIRST_SIZE_WORD + i),
  );
  return { config: { frames, cpus, czones, objects, nodes, bufferSlots, build }, payload };
}
