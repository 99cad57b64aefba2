/** Messages of Faascale's driver as bytes: for each range le32 first frame, le32 frames. */

import type { FrameRange } from '../../guest/index.ts';

export const RANGE_BYTES = 8;

export function encodeRanges(ranges: readonly FrameRange[]): Uint8Array {
  const bytes = new Uint8Array(ranges.length * RANGE_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, { start, count }] of ranges.entries()) {
    view.setUint32(at * RANGE_BYTES, start, true);
    view.setUint32(at * RANGE_BYTES + 4, count, true);
  }
  return bytes;
}

/** The bytes are whole ranges. */
export function decodeRanges(bytes: Uint8Array): FrameRange[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / RANGE_BYTES }, (_, at) => ({
    start: view.getUint32(at * RANGE_BYTES, true),
    count: view.getUint32(at * RANGE_BYTES + 4, true),
  }));
}
