/**
 * What a Parquet file says of its sizes, looked at before it is read: the library that reads it makes room for as many values as a
 * page or a run of equal values claims, and a wrong number there takes all memory or never ends.
 */
import { fileFault } from './error.ts';
import type { Hyparquet } from './parquet-library.ts';
import type { ColumnChunk, FileMetaData, RowGroup, SchemaElement } from 'hyparquet';

type PageHeader = ReturnType<Hyparquet['parquetHeader']>;

/** Writers make groups of a hundred thousand to some million rows; one is in memory at a time. */
const LARGEST_GROUP_ROWS = 2 ** 26;

/** Snappy makes at most 64 bytes of three. */
const LARGEST_GROWTH = 64;

/** Bits of a number in a group of bytes (LEB128), and bytes of the longest that fits 32 bits. */
const VARINT_BITS = 7;
const VARINT_BYTES = 5;

/** Values that are packed in bits come by eight. */
const PACKED_VALUES = 8;

const LENGTH_BYTES = 4;
const BYTE_BITS = 8;
const WIDEST_BITS = 32;

function isWithin(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

/** Thrown inside of this file: a page that claims what cannot be. */
class Unsound extends Error {}

function expectSound(isSound: boolean): void {
  if (!isSound) throw new Unsound();
}

/** A page's values, its nulls, and how both are written. */
interface Page {
  readonly values: number;
  readonly nulls: number;
  readonly encoding: string;
  /** Of both kinds of levels, where they stand before the values and are not packed with them. */
  readonly levelBytes: { readonly repetition: number; readonly definition: number } | undefined;
  readonly isPacked: boolean;
}

/** Undefined: a page without data. */
function pageOf(header: PageHeader, rows: number): Page | undefined {
  const { data_page_header: first, data_page_header_v2: second } = header;
  if (header.type === 'DICTIONARY_PAGE') {
    expectSound(isWithin(header.dictionary_page_header?.num_values, rows));
    return undefined;
  }
  const data = header.type === 'DATA_PAGE' ? first : second;
  expectSound(isWithin(data?.num_values, rows));
  const { num_values: values = 0, encoding = 'PLAIN' } = data ?? {};
  if (header.type === 'DATA_PAGE' || second === undefined) {
    return { values, nulls: 0, encoding, levelBytes: undefined, isPacked: true };
  }
  const { num_nulls: nulls, is_compressed: isPacked = true } = second;
  const repetition = second.repetition_levels_byte_length;
  const definition = second.definition_levels_byte_length;
  const most = header.compressed_page_size;
  expectSound(isWithin(nulls, values) && isWithin(repetition, most) && isWithin(definition, most));
  return { values, nulls, encoding, levelBytes: { repetition, definition }, isPacked };
}

/** Walks runs of equal or packed values from a place on: no run is longer than what is left of them. Of levels of one bit: how many are set. */
function expectRuns(bytes: Uint8Array, start: number, width: number, values: number): number {
  const place = { at: start };
  let set = 0;
  for (let seen = 0; seen < values;) {
    const header = varintAt(bytes, place);
    const count = Math.floor(header / 2);
    const isPacked = header % 2 === 1;
    const run = isPacked ? count * PACKED_VALUES : count;
    expectSound(run < values - seen + (isPacked ? PACKED_VALUES : 1));
    const isSet = (value: number): number => {
      const byte = bytes[place.at + (isPacked ? Math.floor(value / PACKED_VALUES) : 0)] ?? 0;
      return (byte >> (isPacked ? value % PACKED_VALUES : 0)) & 1;
    };
    const left = Math.min(run, values - seen);
    if (width === 1) for (let value = 0; value < left; value += 1) set += isSet(value);
    place.at += isPacked ? count * width : Math.ceil(width / BYTE_BITS);
    seen += run;
  }
  return set;
}

function varintAt(bytes: Uint8Array, place: { at: number }): number {
  let value = 0;
  for (let length = 0; length < VARINT_BYTES; length += 1) {
    expectSound(place.at < bytes.length);
    const byte = bytes[place.at] as number;
    place.at += 1;
    value += (byte & 0x7f) * 2 ** (VARINT_BITS * length);
    if (byte < 0x80) return value;
  }
  throw new Unsound();
}

function unpacked(
  bytes: Uint8Array,
  size: number,
  { snappyUncompress: unpack }: Hyparquet,
): Uint8Array {
  const output = new Uint8Array(size);
  unpack(bytes, output);
  return output;
}

/** One column of a group. */
interface Column {
  readonly library: Hyparquet;
  readonly rows: number;
  readonly codec: string;
  /** Whether it has nulls, and with them levels of one bit. */
  readonly hasLevels: boolean;
}

function expectPage(page: Page, bytes: Uint8Array, size: number, column: Column): void {
  const { encoding, levelBytes } = page;
  const before = levelBytes === undefined ? 0 : levelBytes.repetition + levelBytes.definition;
  expectSound(before <= Math.min(bytes.length, size));
  if (levelBytes !== undefined && column.hasLevels) {
    expectRuns(bytes, levelBytes.repetition, 1, page.values);
  }
  const hasOwnLevels = levelBytes === undefined && column.hasLevels;
  const isRuns = encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY';
  if (!isRuns && !hasOwnLevels) return;
  const isPacked = page.isPacked && column.codec === 'SNAPPY';
  const data = bytes.subarray(before);
  const rest = isPacked ? unpacked(data, size - before, column.library) : data;
  let at = 0;
  let values = page.values - page.nulls;
  if (hasOwnLevels) {
    values = expectRuns(rest, LENGTH_BYTES, 1, page.values);
    at = LENGTH_BYTES + new DataView(rest.buffer, rest.byteOffset).getUint32(0, true);
  }
  if (!isRuns || values === 0) return;
  const width = rest[at] ?? Infinity;
  expectSound(width <= WIDEST_BITS);
  if (width > 0) expectRuns(rest, at + 1, width, values);
}

/** Values in the data pages of a column. */
function valuesIn(view: DataView, column: Column): number {
  const { rows, codec, library } = column;
  const reader = { view, offset: 0 };
  let values = 0;
  while (values < rows && reader.offset < view.byteLength - 1) {
    const header = library.parquetHeader(reader);
    const { compressed_page_size: length, uncompressed_page_size: size } = header;
    expectSound(isWithin(length, view.byteLength - reader.offset));
    expectSound(isWithin(size, codec === 'SNAPPY' ? LARGEST_GROWTH * length : length));
    const bytes = new Uint8Array(view.buffer, view.byteOffset + reader.offset, length);
    reader.offset += length;
    const page = pageOf(header, rows);
    if (page === undefined) continue;
    expectPage(page, bytes, size, column);
    values += page.values;
  }
  return values;
}

/** A chunk's bytes. */
function viewOf(bytes: ArrayBuffer, { meta_data: meta }: ColumnChunk): DataView {
  const start = Number(meta?.dictionary_page_offset || meta?.data_page_offset);
  const length = Number(meta?.total_compressed_size);
  expectSound(isWithin(start, bytes.byteLength) && isWithin(length, bytes.byteLength - start));
  return new DataView(bytes, start, length);
}

function expectChunk(
  library: Hyparquet,
  bytes: ArrayBuffer,
  rows: number,
  chunk: ColumnChunk,
  element: SchemaElement,
): void {
  const column = {
    library,
    rows,
    codec: String(chunk.meta_data?.codec),
    hasLevels: element.repetition_type === 'OPTIONAL',
  };
  expectSound(valuesIn(viewOf(bytes, chunk), column) === rows);
}

function expectGroup(
  { library, file, bytes }: ParquetFile,
  group: RowGroup,
  elements: Elements,
): void {
  const rows = Number(group.num_rows);
  if (!isWithin(rows, LARGEST_GROUP_ROWS)) {
    throw fileFault(file, `row groups of at most ${LARGEST_GROUP_ROWS} rows`, `${group.num_rows}`);
  }
  for (const chunk of group.columns) {
    const element = elements.get(chunk.meta_data?.path_in_schema[0] ?? '');
    if (element === undefined) continue;
    try {
      expectChunk(library, bytes, rows, chunk, element);
    } catch (error) {
      if (!(error instanceof Unsound)) throw error;
      throw fileFault(file, 'a whole Parquet file that can be read', 'sizes in it that cannot be');
    }
  }
}

type Elements = ReadonlyMap<string, SchemaElement>;

export interface ParquetFile {
  readonly library: Hyparquet;
  readonly file: string;
  readonly bytes: ArrayBuffer;
  readonly metadata: FileMetaData;
}

/** Throws TraceError for columns that are not flat and for sizes that cannot be, of the columns that are read. */
export function expectSizes(parquet: ParquetFile, names: ReadonlySet<string>): void {
  const { library, file, metadata } = parquet;
  const elements = new Map<string, SchemaElement>();
  for (const { element, children } of library.parquetSchema(metadata).children) {
    if (!names.has(element.name)) continue;
    const isFlat = children.length === 0 && element.repetition_type !== 'REPEATED';
    if (element.type === 'BOOLEAN')
      throw fileFault(file, 'names and numbers', 'a column of yes and no');
    if (!isFlat) throw fileFault(file, 'flat columns', 'one that holds several values a row');
    elements.set(element.name, element);
  }
  for (const group of metadata.row_groups) expectGroup(parquet, group, elements);
}
