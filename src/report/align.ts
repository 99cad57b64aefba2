/** Rows of text in columns. */
import { TEXT, expectShape } from '../check/index.ts';

/** First column to the left, the others to the right, two spaces between. */
export function alignRows(rows: readonly (readonly string[])[]): string {
  expectShape('rows', rows, [[TEXT]]);
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** What every terminal has. */
const WIDTH = 80;

function widthOf(rows: readonly (readonly string[])[]): number {
  return Math.max(
    ...alignRows(rows)
      .split('\n')
      .map((line) => line.length),
  );
}

/** The rows without as many of these columns, in this order, as keep a line from fitting a terminal. */
export function fitRows(
  rows: readonly (readonly string[])[],
  leave: readonly string[],
): readonly (readonly string[])[] {
  const [next, ...others] = leave;
  if (next === undefined || widthOf(rows) <= WIDTH) return rows;
  const at = rows[0]!.indexOf(next);
  const without = rows.map((row) => row.filter((_, column) => column !== at));
  return fitRows(at < 0 ? rows : without, others);
}
