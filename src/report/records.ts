/** Rows of a run that are too many to be held: one for each call that counts, in the order in which they began, system by system. */
import type { Column } from './column.ts';

/** How a call began; rows have the place in this list. */
export const CALL_KINDS = ['cold', 'warm', 'queued', 'refused'] as const;

/** The columns of rows; docs/results.md explains them. */
export const RECORD_COLUMNS = [
  'atMs',
  'function',
  'how',
  'queueMs',
  'startupMs',
  'sandboxMs',
  'newVm',
  'durationMs',
  'heldUpMs',
] as const;

/** Some rows, in equally long columns. */
export type RecordRows = Readonly<Record<(typeof RECORD_COLUMNS)[number], Float64Array>>;

/** A row a call, read piece by piece from where it was kept. */
export type CallRecords = {
  /** A system's rows, in pieces; none for one that has no rows. */
  rowsOf(system: string): Iterable<RecordRows>;
};

const WHOLE: readonly string[] = ['function', 'newVm'];

/** Rows as a piece of a table. */
export function recordColumns(system: string, rows: RecordRows): Column[] {
  const { length } = rows.atMs;
  return [
    { name: 'system', kind: 'text', cells: Array<string>(length).fill(system) },
    ...RECORD_COLUMNS.map((name): Column => {
      if (name === 'how') {
        const cells = Array.from(rows.how, (kind) => CALL_KINDS[kind] as string);
        return { name, kind: 'text', cells };
      }
      return { name, kind: WHOLE.includes(name) ? 'whole' : 'real', cells: rows[name] };
    }),
  ];
}

function noRows(): RecordRows {
  const columns = RECORD_COLUMNS.map((name) => [name, new Float64Array()]);
  return Object.fromEntries(columns) as RecordRows;
}

/** All rows of these systems in pieces of a table, which have equal columns; one piece at least. */
export function* recordPieces(
  records: CallRecords,
  systems: readonly { readonly name: string }[],
): Generator<Column[]> {
  let pieces = 0;
  for (const { name } of systems) {
    for (const rows of records.rowsOf(name)) {
      pieces += 1;
      yield recordColumns(name, rows);
    }
  }
  if (pieces === 0) yield recordColumns('', noRows());
}
