/**
 * Little-endian fields as numbers. le64: two halves, because a BigInt for each field is slow; values are below 2^53. The
 * messages that replays send by the thousand are written byte by byte: a DataView for each costs more than its fields.
 */

const TWO_32 = 0x1_0000_0000;

export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % TWO_32, true);
  view.setUint32(at + 4, Math.floor(value / TWO_32), true);
}

/** The nearest double when the value is 2^53 or more. */
export function getU64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true);
}

export function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function putU64(bytes: Uint8Array, at: number, value: number): void {
  putU32(bytes, at, value % TWO_32);
  putU32(bytes, at + 4, Math.floor(value / TWO_32));
}

export function takeU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

export function takeU32(bytes: Uint8Array, at: number): number {
  return (takeU16(bytes, at) | (takeU16(bytes, at + 2) << 16)) >>> 0;
}

export function takeU64(bytes: Uint8Array, at: number): number {
  return takeU32(bytes, at + 4) * TWO_32 + takeU32(bytes, at);
}
