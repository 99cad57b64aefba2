// The report room's public face: the record of a run, its check, and the formats it is written in.

export type { Cdf, Conclusion, Details, MemoryMap, StartRecords, TimeSeries } from './detail.ts';
export type { Format, OutputFile, OwnFile, Rendered, Report } from './format.ts';
export { reportHtml } from './formats/html.ts';
export { FORMATS } from './formats/index.ts';
export { readResults, resultsJson } from './formats/json.ts';
export { alignRows } from './align.ts';
export { resultsTable } from './formats/table.ts';
export { clearLeftovers } from './leftovers.ts';
export { OutputFolder } from './output.ts';
export { OutputError, writingTo } from './output-error.ts';
export { repairLines } from './remarks.ts';
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
export { CALL_KINDS, type CallRecords, RECORD_COLUMNS, type RecordRows } from './records.ts';
export { RecordSpool } from './spool.ts';
export { parseResults } from './schema.ts';
export { formatBytes, formatCount, formatNumber } from './unit.ts';
export { type Written, openOutput, writeReport } from './write.ts';
