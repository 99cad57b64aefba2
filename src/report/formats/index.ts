/** The output formats. Adding one is adding its file and its line here. */
import type { Format } from '../format.ts';
import { CSV_FORMAT } from './csv.ts';
import { HTML_FORMAT } from './html.ts';
import { JSON_FORMAT } from './json.ts';
import { PARQUET_FORMAT } from './parquet.ts';
import { TABLE_FORMAT } from './table.ts';

/** The formats that a run can be written in. */
export const FORMATS: readonly Format[] = [
  TABLE_FORMAT,
  JSON_FORMAT,
  HTML_FORMAT,
  CSV_FORMAT,
  PARQUET_FORMAT,
];
