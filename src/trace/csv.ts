/**
 * Reads one CSV file row by row, by header name, with the place of every cell at hand for errors.
 * csv-parse does the parsing; here are the limits, the checks of shape and the one-line faults.
 */
import { MIB } from '../abi/unit.ts';
import { CsvError, type InfoRecord, type Options, parse } from './csv-parse.ts';
import { fileFault, quoteText, TraceError } from './error.ts';
import { isGzip, unpackGzip, unpackHead } from './gzip.ts';
import type { TraceSource } from './source.ts';
import { SYSTEM_FILES } from './system-files.ts';
import { expectUtf8 } from './utf8.ts';

/** Read whole; the largest public file (Azure 2021) has 0.3 GB. */
const MAXIMUM_FILE_BYTES = 1_000_000_000;
/** A row of an Azure day has about 10 kB, one of two weeks' minutes 150 kB. */
const MAXIMUM_ROW_BYTES = 250_000;

const DIALECT: Options = {
  bom: true,
  trim: true,
  record_delimiter: ['\r\n', '\n', '\r'], // Each line may have its own: what the first has is not asked of all.
  relax_column_count: true, // Checked here, where the place is known.
  skip_empty_lines: true,
  max_record_size: MAXIMUM_ROW_BYTES,
};

export interface CsvHeader {
  readonly file: string;
  readonly names: readonly string[];
  /** 0-based index of a column that must be there. */
  require(name: string): number;
  /** 0-based index, or undefined. */
  find(name: string): number | undefined;
}

export interface CsvRow {
  readonly header: CsvHeader;
  /** 1-based; of the row's last line if a quoted cell has line breaks. */
  readonly line: number;
  readonly cells: readonly string[];
}

export function cellFault(row: CsvRow, index: number, expected: string): TraceError {
  return new TraceError({
    file: row.header.file,
    line: row.line,
    column: index + 1,
    header: row.header.names[index],
    expected,
    found: quoteText(row.cells[index] ?? ''),
  });
}

/** Hears of every MiB of a file once. */
function takenBytes({ taken }: TraceSource, file: string, total: number): (bytes: number) => void {
  let told = 0;
  return (bytes) => {
    if (taken === undefined || bytes - told < MIB) return;
    told = bytes;
    taken(file, Math.min(1, bytes / total));
  };
}

function readBytes(file: string, files: TraceSource): Uint8Array {
  const { size } = files.look(file);
  if (size === 0) throw fileFault(file, 'a CSV file with a header', 'an empty file');
  if (size > MAXIMUM_FILE_BYTES) {
    throw fileFault(file, `at most ${MAXIMUM_FILE_BYTES} bytes`, `${size} bytes`);
  }
  const read = files.read(file);
  const bytes = isGzip(read) ? unpackGzip(file, read, MAXIMUM_FILE_BYTES) : read;
  expectUtf8(file, bytes);
  return bytes;
}

function makeHeader(file: string, line: number, names: readonly string[]): CsvHeader {
  const indexes = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const first = indexes.get(name);
    if (first !== undefined) {
      throw new TraceError({
        file,
        line,
        column: index + 1,
        header: name,
        expected: 'each header once',
        found: `${quoteText(name)} again (first in column ${first + 1})`,
      });
    }
    indexes.set(name, index);
  }
  const find = (name: string): number | undefined => indexes.get(name);
  const require = (name: string): number => {
    const index = indexes.get(name);
    if (index !== undefined) return index;
    const found = quoteText(names.join(','));
    throw new TraceError({ file, line, expected: `a column ${quoteText(name)}`, found });
  };
  return { file, names, find, require };
}

function checkShape(row: CsvRow): void {
  const { cells, header, line } = row;
  if (cells.length === header.names.length) return;
  const column = Math.min(cells.length, header.names.length) + 1;
  throw new TraceError({
    file: header.file,
    line,
    column,
    header: header.names[column - 1],
    expected: `${header.names.length} cells as in the header`,
    found: `${cells.length}`,
  });
}

function parseFault(file: string, line: number, error: CsvError): TraceError {
  const index: unknown = error['column'] ?? error['index'];
  const column = typeof index === 'number' ? index + 1 : undefined;
  const [expected, found] =
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? [`a row of at most ${MAXIMUM_ROW_BYTES} bytes`, 'a longer one']
      : ['well-formed CSV', error.message];
  return new TraceError({ file, line, column, expected, found });
}

/** The build of csv-parse for browsers takes bytes of its own kind only. */
function parsable(bytes: Uint8Array): Uint8Array | string {
  return 'Buffer' in globalThis ? bytes : new TextDecoder().decode(bytes);
}

function pairsIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + cell.split('\r\n').length - 1, 0);
}

/** Calls `onRow` for each row below the header, which is checked first. */
export function readCsv(
  file: string,
  files: TraceSource | undefined,
  onRow: (row: CsvRow) => void,
): void {
  const source = files ?? SYSTEM_FILES;
  const bytes = readBytes(file, source);
  const taken = takenBytes(source, file, bytes.length);
  let header: CsvHeader | undefined;
  let previousLine = 0;
  let pairs = 0;
  const onRecord = (cells: string[], { lines, bytes: done }: InfoRecord): null => {
    // csv-parse counts both characters of a CRLF in quotes
    if (lines - pairs > previousLine + 1) pairs += pairsIn(cells);
    const line = lines - pairs;
    previousLine = line;
    taken(done);
    if (header === undefined) {
      header = makeHeader(file, line, cells);
      return null;
    }
    const row = { header, line, cells };
    checkShape(row);
    onRow(row);
    return null; // Nothing is collected: memory stays that of the bytes.
  };
  try {
    parse(parsable(bytes), { ...DIALECT, on_record: onRecord });
  } catch (error) {
    // An unclosed quote swallows the rest of the file: the row where it opened is the useful place.
    if (error instanceof CsvError) throw parseFault(file, previousLine + 1, error);
    throw error;
  }
  if (header === undefined) throw fileFault(file, 'a CSV file with a header', 'no row at all');
}

/** The first bytes of a file, up to a row's most. */
export function peekBytes(file: string, files: TraceSource = SYSTEM_FILES): Uint8Array {
  return files.head(file, MAXIMUM_ROW_BYTES);
}

/** The first row's cells, or none if the file does not begin like CSV; reads no further. */
export function peekCsvHeader(file: string, files?: TraceSource): readonly string[] {
  const head = peekBytes(file, files);
  const bytes = isGzip(head) ? unpackHead(head) : head;
  const text = new TextDecoder().decode(bytes.subarray(0, MAXIMUM_ROW_BYTES));
  const [firstLine = ''] = text.split(/\r?\n/, 1);
  try {
    return parse(firstLine, DIALECT)[0] ?? [];
  } catch (error) {
    if (error instanceof CsvError) return [];
    throw error;
  }
}

export function textAt(row: CsvRow, index: number): string {
  const text = row.cells[index] as string;
  if (text === '') throw cellFault(row, index, 'a name');
  return text;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** 3 years in ms, 100 PB in MB: no true figure is beyond, and sums of such stay exact enough. */
const LARGEST_NUMBER = 1e11;

/** A finite number within +-1e11, or `largest`; undefined for an empty cell. */
export function numberAt(
  row: CsvRow,
  index: number,
  what: string,
  largest: number = LARGEST_NUMBER,
): number | undefined {
  const text = row.cells[index] as string;
  if (text === '') return undefined;
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(value) <= largest)) throw cellFault(row, index, what);
  return value;
}

/** A finite number of at least `minimum`; an empty cell is a fault. */
export function numberFrom(row: CsvRow, index: number, minimum: number, what: string): number {
  const value = numberAt(row, index, what);
  if (value === undefined || value < minimum) throw cellFault(row, index, what);
  return value;
}

const COUNT = 'a count (an integer of 0 or more)';

/** A count; pandas writes some as "3.0". */
export function countAt(row: CsvRow, index: number): number {
  const text = row.cells[index] as string;
  if (text === '0') return 0;
  const value = numberAt(row, index, COUNT);
  if (value === undefined || value < 0 || !Number.isSafeInteger(value)) {
    throw cellFault(row, index, COUNT);
  }
  return value;
}
