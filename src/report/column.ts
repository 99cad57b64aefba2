/** What a flat table is. */

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
