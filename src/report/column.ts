/** What a flat table is. */

import {
  NUMBER,
  OBJECT,
  TEXT,
  expectInteger,
  expectName,
  expectShape,
  expectText,
} from '../check/index.ts';

/** What stands in a row of a column. */
export type Cell = string | number;

/** A column of equal kind; `whole` numbers are integers in every row. */
export type Column = {
  /** In the table's header. */
  readonly name: string;
  /** What its cells are. */
  readonly kind: 'text' | 'whole' | 'real';
  /** A row each. */
  readonly cells: ArrayLike<Cell>;
};

/** A table of equally long columns, as CSV and Parquet have them. */
export type FlatTable = {
  /** The file's name without its ending. */
  readonly name: string;
  /** Equally long. */
  readonly columns: readonly Column[];
};

/** The table, if each column has its name, its kind and cells. */
export function expectTable(table: FlatTable): FlatTable {
  const { columns } = expectShape('table', table, { columns: [{ name: TEXT, cells: OBJECT }] });
  const rows = columns[0]?.cells.length ?? 0;
  for (const { name, kind, cells } of columns) {
    expectName(`kind of ${name}`, kind, ['text', 'whole', 'real']);
    expectInteger(`cells of ${name}`, cells.length, rows, rows);
    for (let row = 0; row < rows; row += 1) {
      const cell = cells[row];
      if (kind === 'text') expectText(name, cell as string);
      else if (kind === 'whole') expectInteger(name, cell as number, Number.MIN_SAFE_INTEGER);
      else expectShape(name, cell, NUMBER);
    }
  }
  return table;
}
