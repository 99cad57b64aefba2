/** Numbers of figures. */

/** As many digits as a picture or a table can show, and some. */
const DIGITS = 6;

export function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

export function list(values: ArrayLike<number>): number[] {
  return Array.from(values, rounded);
}
