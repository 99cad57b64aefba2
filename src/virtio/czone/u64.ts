/** le64 fields as numbers: two halves, because a BigInt for each field is slow. Values are below 2^53. */

const TWO_32 = 0x1_0000_0000;

export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % TWO_32, true);
  view.setUint32(at + 4, Math.floor(value / TWO_32), true);
}

/** The nearest double when the value is 2^53 or more. */
export function getU64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true);
}
