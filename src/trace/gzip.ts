/** Text that is packed with gzip: unpacked whole, as other files are read whole, and never beyond the same bound. */
import { fileFault } from './error.ts';
import { MIB } from '../abi/unit.ts';
import { builtin } from '../check/index.ts';

/** What a head of packed bytes may unpack to; deflate makes at most 1,032 bytes of one. */
const LARGEST_HEAD_BYTES = 128 * MIB;

/** Packed bytes that are looked at for a header: 64 KiB of them hold a row of the longest kind. */
const HEAD_BYTES = MIB / 16;

/** By its first bytes, whatever the file is called. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function whatFailed(error: unknown): string {
  return error instanceof Error ? `a damaged one: ${error.message}` : String(error);
}

/** Throws TraceError for what is cut, damaged or larger than `maximumBytes`. */
export function unpackGzip(file: string, bytes: Uint8Array, maximumBytes: number): Uint8Array {
  const zlib = builtin('node:zlib');
  if (zlib === undefined) throw fileFault(file, 'an unpacked file', 'a packed one'); // traceFiles unpacks
  try {
    return zlib.gunzipSync(bytes, { maxOutputLength: maximumBytes });
  } catch (error) {
    if (error instanceof RangeError) {
      throw fileFault(file, `at most ${maximumBytes} bytes, unpacked`, 'more');
    }
    throw fileFault(file, 'a whole gzip file', whatFailed(error));
  }
}

/** The begin of what the first bytes of a packed file hold; nothing if they hold nothing. */
export function unpackHead(bytes: Uint8Array): Uint8Array {
  const zlib = builtin('node:zlib');
  if (zlib === undefined) return new Uint8Array();
  try {
    return zlib.gunzipSync(bytes.subarray(0, HEAD_BYTES), {
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
      maxOutputLength: LARGEST_HEAD_BYTES,
    });
  } catch {
    return new Uint8Array(); // its reader says what is wrong
  }
}
