/** What a flat table is. */

export type Cell = string | number;

/** A column of equal kind; `whole` numbers are integers in every row. */
export type Column = {
  readonly name: string;
  readonly kind: 'text' | 'whole' | 'real';
  readonly cells: ArrayLike<Cell>;
};

export type FlatTable = {
  /** The file's name without its ending. */
  readonly name: string;
  /** Equally long. */
  readonly columns: readonly Column[];
};
