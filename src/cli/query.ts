// guestmem query: SQL over the tables of a sweep or a run.

import { Command } from 'commander';
import { alignRows, formatCount } from '../report/index.ts';
import { type Answer, query } from '../sweep/index.ts';
import { whileBusy } from './busy.ts';
import { print } from './terminal.ts';

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
  const answer = await whileBusy(process.stderr, () => query(folder, sql));
  print(flags.json === true ? jsonOf(answer) : textOf(answer));
}

export function queryCommand(): Command {
  return new Command('query')
    .argument('<folder>', 'of a sweep, or of a run with --format parquet')
    .argument('<sql>', 'the question; each NAME.parquet of the folder is the table NAME')
    .option('--json', 'print the rows as JSON')
    .action(run);
}
