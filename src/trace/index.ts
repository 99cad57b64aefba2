/** Traces: one reader a format, the synthetic generator, one in-memory form. */
export { type CallRow, type RowTrace, arrivalsOf, rowsOf, traceOf } from './arrivals.ts';
export { readAzure2019, readAzure2019Counts } from './azure2019.ts';
export { readAzure2021 } from './azure2021.ts';
export { readCalls } from './calls.ts';
export { COLUMN_ROLES, type ColumnMap, type ColumnRole, parseColumns } from './columns.ts';
export { TraceError, type TraceFault } from './error.ts';
export { readFaasRail } from './faasrail.ts';
export type { TraceCandidate, TraceFormat } from './format.ts';
export { readIluvatar } from './iluvatar.ts';
export { type LoadOptions, loadTrace } from './load.ts';
export { type FileContents, traceFiles } from './memory-files.ts';
export { TRACE_FORMATS, openTrace } from './open.ts';
export { type TracePart, parsePart, partOf } from './part.ts';
export { type SampleOptions, sampleTrace } from './sample.ts';
export { framesAt, readSession, readSessionFolder } from './sessions.ts';
export { type ShapeOptions, TRACE_SHAPES, type TraceShape } from './shapes.ts';
export {
  type RateWindow,
  type SessionSummary,
  type Spread,
  type TraceSummary,
  summarizeTrace,
} from './summary.ts';
export {
  SYNTHETIC_HOUR,
  type SyntheticConfig,
  checkSynthetic,
  generateSynthetic,
} from './synthetic.ts';
export {
  type CallRows,
  type CountedCalls,
  type DurationSummary,
  type FigureSource,
  MINIMUM_DURATION_MS,
  type MemorySeries,
  PERCENTILE_SHARES,
  type RecordedCalls,
  type Session,
  type ToolCall,
  type Trace,
  type TraceFunction,
  type TraceOptions,
  type TraceQuirks,
  expectTrace,
  functionKey,
} from './trace.ts';
export type { TracePath, TraceSource } from './source.ts';
export { SYSTEM_FILES } from './system-files.ts';
export { readVhive } from './vhive.ts';
