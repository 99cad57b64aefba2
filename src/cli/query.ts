// guestmem query: SQL over the tables of a sweep or a run.

import { Command } from 'commander';
import { alignRows, formatCount } from '../report/index.ts';
import { type Answer, query } from '../sweep/index.ts';
import { whileBusy } from './busy.ts';
import { print } from './terminal.ts';

/** Of tables that a question makes itself, and of some joins. */
const UNKNOWN = { why: 'DuckDB does not say how far this question is' };

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function textOf({ columns, rows }: Answer): string {
  const cells = rows.map((row) => row.map(cellText));
  return `${alignRows([columns, ...cells])}\n\n${formatCount(rows.length)} rows\n`;
}

function jsonOf({ columns, rows }: Answer): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
  return `${JSON.stringify(objects, null, 2)}\n`;
}

async function run(folder: string, sql: string, flags: { readonly json?: boolean }): Promise<void> {
  const answer = await whileBusy(process.stderr, (busy) => {
    const told = (done: number, total: number): void =>
      busy?.update(done > 0 ? { done, total, what: 'rows' } : UNKNOWN);
    return query(folder, sql, busy && told);
  });
  print(flags.json === true ? jsonOf(answer) : textOf(answer));
}

export function queryCommand(): Command {
  return new Command('query')
    .argument('<folder>', 'of a sweep, or of a run with --format parquet')
    .argument('<sql>', 'the question; each NAME.parquet of the folder is the table NAME')
    .option('--json', 'print the rows as JSON')
    .action(run);
}
