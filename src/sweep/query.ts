// Questions in SQL over the Parquet tables of a folder, by DuckDB: an optional peer, loaded when it is asked.

import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DuckDBConnection, DuckDBResultReader } from '@duckdb/node-api';
import { expectFunction, expectText, whyUnread } from '../check/index.ts';

/** A question that has no answer. */
export class QueryError extends Error {
  override readonly name: string = 'QueryError';
}

/** What a question gives. */
export interface Answer {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** Values as JSON has them. */
  readonly rows: readonly (readonly unknown[])[];
}

const ENDING = '.parquet';

/** Names of the tables in a folder: those of its Parquet files. Throws QueryError. */
export function tablesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new QueryError(`${folder}: expected a folder, found ${whyUnread(error)}`);
  }
  // hidden files, folders, pipes and links to nowhere of such a name are something else's
  const isFile = (name: string): boolean =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true;
  const tables = names
    .filter((name) => name.endsWith(ENDING) && !name.startsWith('.') && isFile(name))
    .toSorted();
  if (tables.length > 0) return tables.map((name) => name.slice(0, -ENDING.length));
  const expected = 'Parquet tables (guestmem sweep, or guestmem replay --format parquet)';
  throw new QueryError(`${folder}: expected ${expected}, found none`);
}

async function duckdb(): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    const why = 'queries need one package more: npm install @duckdb/node-api';
    throw new QueryError(why, { cause: error });
  }
}

/** What stands in quotes in SQL. */
function inQuotes(text: string, mark: string): string {
  return `${mark}${text.replaceAll(mark, mark + mark)}${mark}`;
}

/** Hears now and then how many rows of a question's steps are done, of how many as far as its plan says; of some it says nothing. */
export type OnAsked = (done: number, total: number) => void;

const EVERY_MS = 250;
/** Without it DuckDB counts nothing; without the second, it draws. */
const COUNTING = ['SET enable_progress_bar = true', 'SET enable_progress_bar_print = false'];

/** What a question gives, told of while it is asked. */
async function asked(
  connection: DuckDBConnection,
  sql: string,
  onAsked: OnAsked | undefined,
): Promise<DuckDBResultReader> {
  if (onAsked === undefined) return connection.runAndReadAll(sql);
  for (const setting of COUNTING) await connection.run(setting);
  const timer = setInterval(() => {
    const { rows_processed: done, total_rows_to_process: total } = connection.progress;
    onAsked(Number(done), Number(total));
  }, EVERY_MS);
  try {
    return await connection.runAndReadAll(sql);
  } finally {
    clearInterval(timer);
  }
}

/** DuckDB writes whole numbers of 64 bits as text; those that are exact as numbers are numbers here. */
function rowsOf(reader: DuckDBResultReader): Answer['rows'] {
  const values = reader.getRows();
  return reader.getRowsJson().map((row, at) =>
    row.map((cell, column) => {
      const value = values[at]?.[column];
      return typeof value === 'bigint' && Number.isSafeInteger(Number(value))
        ? Number(value)
        : cell;
    }),
  );
}

/**
 * Asks the Parquet tables of a folder in SQL (`guestmem query FOLDER SQL`): each NAME.parquet is the table NAME. DuckDB answers, which
 * is an optional package. Throws QueryError for a folder without tables, a question that is none, and where DuckDB is not installed.
 *
 * @example
 * const { rows } = await query('out', 'SELECT system, avg(startupMs_mean) FROM sweep GROUP BY system');
 */
export async function query(folder: string, sql: string, onAsked?: OnAsked): Promise<Answer> {
  expectText('folder', folder);
  expectText('sql', sql);
  if (onAsked !== undefined) expectFunction('onAsked', onAsked);
  const tables = tablesIn(folder);
  const { DuckDBInstance } = await duckdb();
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const table of tables) {
      const file = inQuotes(resolve(join(folder, `${table}${ENDING}`)), "'");
      await connection.run(
        `CREATE VIEW ${inQuotes(table, '"')} AS SELECT * FROM read_parquet(${file})`,
      );
    }
    const reader = await asked(connection, sql, onAsked);
    return { columns: reader.columnNames(), rows: rowsOf(reader) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const line = said
      .split('\n')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    throw new QueryError(`${line.join(' ')} (tables: ${tables.join(', ')})`, { cause: error });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
