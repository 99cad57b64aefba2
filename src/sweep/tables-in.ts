// Results that lie in a folder, of a sweep or of a run, as rows to compare.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SubColumnData } from 'hyparquet';
import { RefusedArgument, escaped, nearestName } from '../check/index.ts';
import { ResultsError } from '../report/index.ts';
import { readResults } from '../report/node.ts';
import { type Row, figuresOfSome, rowsOfResults } from './row.ts';
import { FACTORS_WORD, columnOf } from './table.ts';

/** A choice: PATH=VALUE. */
export interface FactorChoice {
  /** Of a factor: `policies.keepAlive`. */
  readonly path: string;
  /** Its value, in words. */
  readonly label: string;
}

type Cells = Readonly<Record<string, string | number | bigint>>;

function rowOf(cells: Cells, factors: readonly string[]): Row {
  const real = (name: string): number => Number(cells[name]);
  return {
    labels: Object.fromEntries(factors.map((path) => [path, String(cells[columnOf(path)])])),
    seed: real('seed'),
    system: String(cells['system']),
    figures: figuresOfSome(
      {
        startupMs: real('startupMs_mean'),
        sandboxMs: real('sandboxMs_mean'),
        footprintGiBSeconds: real('footprintGiBSeconds'),
        slowdown: real('slowdown_mean'),
        cpuMs: real('cpuMs_guest') + real('cpuMs_host'),
      },
      real('starts_cold') + real('starts_warm') + real('starts_queued'),
    ),
    refused: real('starts_refused'),
  };
}

/** Hears how many cells of a table are read, of how many. */
export type OnRead = (done: number, total: number) => void;

/** Whatever the system or the reader of Parquet says of a table becomes a ResultsError. */
async function rowsOfTable(path: string, onRead: OnRead | undefined): Promise<Row[]> {
  try {
    return await readRows(path, onRead);
  } catch (error) {
    const said = error instanceof Error ? escaped(error.message) : String(error);
    throw new ResultsError([`${path}: expected the table of a sweep, found ${said}`]);
  }
}

async function readRows(path: string, onRead: OnRead | undefined): Promise<Row[]> {
  if (!statSync(path).isFile()) throw new Error('something that is not a file');
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
  const file = new Uint8Array(readFileSync(path)).buffer;
  const metadata = parquetMetadata(file);
  const words = metadata.key_value_metadata ?? [];
  const factors = words.find(({ key }) => key === FACTORS_WORD)?.value ?? '[]';
  const total = metadata.row_groups.reduce(
    (sum, { columns, num_rows: count }) => sum + columns.length * Number(count),
    0,
  );
  let done = 0;
  const onPage = ({ rowStart, rowEnd }: SubColumnData): void =>
    onRead?.((done += rowEnd - rowStart), total);
  const rows = (await parquetReadObjects({ file, metadata, onPage })) as Cells[];
  return rows.map((cells) => rowOf(cells, JSON.parse(factors) as string[]));
}

/** Rows of a folder. Throws ResultsError where there are no results. */
export async function rowsIn(folder: string, onRead?: OnRead): Promise<Row[]> {
  const [table, record] = [join(folder, 'sweep.parquet'), join(folder, 'results.json')];
  if (existsSync(table)) return rowsOfTable(table, onRead);
  if (existsSync(record)) return rowsOfResults(readResults(record));
  const there = existsSync(folder) ? 'neither' : 'nothing of that name';
  throw new ResultsError([
    `${folder}: expected a folder with sweep.parquet or results.json, found ${there}`,
  ]);
}

function hint(word: string, names: readonly string[]): string {
  const nearest = nearestName(word, names);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

/** The rows for which something was chosen. Throws RefusedArgument for a choice that nobody made. */
export function chosen(rows: readonly Row[], choices: readonly FactorChoice[]): Row[] {
  let left = [...rows];
  for (const { path, label } of choices) {
    const paths = [...new Set(rows.flatMap(({ labels }) => Object.keys(labels)))];
    if (!paths.includes(path)) {
      const known = paths.length === 0 ? 'none: it is of one run' : paths.join(', ');
      throw new RefusedArgument(path, `a path that is varied: ${known}${hint(path, paths)}`, path);
    }
    const labels = [...new Set(rows.map((row) => row.labels[path] as string))];
    left = left.filter((row) => row.labels[path] === label);
    if (left.length > 0) continue;
    throw new RefusedArgument(path, `one of ${labels.join(', ')}${hint(label, labels)}`, label);
  }
  return left;
}
