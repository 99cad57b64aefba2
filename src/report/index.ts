// The report room's public face: the record of a run, its check, and the formats it is written in. What writes and reads files is
// behind its other face, node.ts.

export {
  type Cdf,
  type Details,
  type Distribution,
  JUDGED,
  type Judged,
  type KeepAlivePoint,
  type LevelFigures,
  type StartRecords,
  type TimeSeries,
} from './detail.ts';
export type { Format, OutputFile, OwnFile, Rendered, Report } from './format.ts';
export type { Cell, Column, FlatTable } from './column.ts';
export { COLOURS } from './figure/colour.ts';
export { escapeHtml } from './escape.ts';
export { csvOf } from './formats/csv.ts';
export { parquetWith } from './formats/parquet.ts';
export { systemsTable } from './tables.ts';
export { reportHtml } from './formats/html.ts';
export { FORMATS } from './formats/index.ts';
export { JSON_FORMAT, resultsJson } from './formats/json.ts';
export { alignRows } from './align.ts';
export { resultsTable } from './formats/table.ts';
export { OutputError, refusedWrite, writingTo } from './output-error.ts';
export { repairLines } from './remarks.ts';
export { shortageLines } from './shortage.ts';
export type {
  FootprintBy,
  FootprintCause,
  FunctionResult,
  PriceEffects,
  Repairs,
  Results,
  SeedsResult,
  SensitiveFigure,
  SensitivityResult,
  Spread,
  SystemResult,
} from './results.ts';
export { useCharts } from './script.ts';
export { CALL_KINDS, type CallRecords, RECORD_COLUMNS, type RecordRows } from './records.ts';
export { ResultsError, parseResults, resultsJsonSchema } from './schema.ts';
export { formatBytes, formatCount, formatMs, formatNumber, formatRatio } from './unit.ts';
