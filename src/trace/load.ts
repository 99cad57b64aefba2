/** Opens what `openTrace` opens, and what takes waiting or a word from the user: Parquet, and columns under any names. */
import { fileFault } from './error.ts';
import { readCalls } from './calls.ts';
import { readCallsParquet } from './calls-parquet.ts';
import { type ColumnMap, columnsSaid } from './columns.ts';
import { peekBytes } from './csv.ts';
import { openTrace } from './open.ts';
import { expectPlace } from './options.ts';
import { join } from './paths.ts';
import type { TraceSource } from './source.ts';
import { SYSTEM_FILES } from './system-files.ts';
import type { Trace, TraceOptions } from './trace.ts';

/** How a path is opened by `loadTrace`. */
export interface LoadOptions extends TraceOptions {
  /**
   * Which column of a file of calls is what: `time=ts:s,function=fn,duration=dur_ms,memory=mem_mib` (docs/trace-format.md), or what
   * `parseColumns` has made of it.
   */
  readonly columns?: string | ColumnMap | undefined;
}

const MAGIC = 'PAR1';
const PARQUET = /\.(parquet|pq)$/i;
const TEXT = /\.(csv|txt)(\.gz)?$/;

function isParquet(path: string, files: TraceSource): boolean {
  if (files.look(path).kind !== 'file') return false;
  const head = peekBytes(path, files).subarray(0, MAGIC.length);
  return String.fromCharCode(...head) === MAGIC;
}

/** The one Parquet file of a folder without tables of text; a file is itself. */
function fileOf(path: string, files: TraceSource): string {
  if (files.look(path).kind !== 'folder') return path;
  const names = files.names(path);
  const [only, ...more] = names.filter((name) => PARQUET.test(name));
  if (only === undefined || names.some((name) => TEXT.test(name))) return path;
  if (more.length === 0) return join(path, only);
  const several = [only, ...more].slice(0, 8).join(', ');
  throw fileFault(path, 'one trace (name its file)', `several: ${several}`);
}

function mappedFile(path: string, options: TraceOptions, map: ColumnMap): Trace {
  if ((options.files ?? SYSTEM_FILES).look(path).kind === 'folder') {
    throw fileFault(path, 'a file of calls, for columns that are named', 'a folder');
  }
  return readCalls(path, options, map);
}

/** A trace of any known format. Throws `TraceError` for what is wrong with path or files, `RangeError` for options. */
export async function loadTrace(path: string, options: LoadOptions): Promise<Trace> {
  expectPlace(path, options);
  const { columns, ...own } = options;
  const map = columns === undefined ? undefined : columnsSaid('columns', columns);
  const files = own.files ?? SYSTEM_FILES;
  const file = fileOf(path, files);
  if (isParquet(file, files)) return readCallsParquet(file, own, map);
  return map === undefined ? openTrace(path, own) : mappedFile(path, own, map);
}
