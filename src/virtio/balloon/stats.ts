/**
 * Memory statistics on the wire: entries of le16 tag and le64 value, packed, 10 bytes (docs/linux-memory.md C.7).
 * Values are numbers; counters of a guest stay below 2^53.
 */

export const STAT_BYTES = 10;

/** In tag order: the index is the tag. */
export const STAT_NAMES = [
  'swapInBytes',
  'swapOutBytes',
  'majorFaults',
  'minorFaults',
  'freeBytes',
  'totalBytes',
  'availableBytes',
  'cachesBytes',
  'hugetlbAllocs',
  'hugetlbFails',
  'oomKills',
  'allocStalls',
  'asyncScanBytes',
  'directScanBytes',
  'asyncReclaimBytes',
  'directReclaimBytes',
] as const;

export type StatName = (typeof STAT_NAMES)[number];
export type BalloonStats = Readonly<Record<StatName, number>>;

/** The order in which Linux's driver writes the tags. */
export const STAT_ORDER: Readonly<Record<'6.1' | '6.12', readonly number[]>> = {
  '6.1': [0, 1, 2, 3, 8, 9, 4, 5, 6, 7],
  '6.12': [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 8, 9, 4, 5, 6, 7],
};

export function encodeStats(stats: BalloonStats, order: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(order.length * STAT_BYTES);
  const view = new DataView(bytes.buffer);
  order.forEach((tag, i) => {
    const name = STAT_NAMES[tag];
    if (name === undefined) return;
    view.setUint16(i * STAT_BYTES, tag, true);
    view.setBigUint64(i * STAT_BYTES + 2, BigInt(Math.floor(stats[name])), true);
  });
  return bytes;
}

/** Calls `entry` for each whole entry; returns how many bytes were left over. */
export function decodeStats(
  bytes: Uint8Array,
  entry: (tag: number, value: number) => void,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  for (; offset + STAT_BYTES <= bytes.length; offset += STAT_BYTES) {
    entry(view.getUint16(offset, true), Number(view.getBigUint64(offset + 2, true)));
  }
  return bytes.length - offset;
}
