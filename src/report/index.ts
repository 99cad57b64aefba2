// The report room's public face: the record of a run, its check, and the forms it is written in.

export { writeAtomically } from './atomic.ts';
export type { Cdf, Conclusion, Details, MemoryMap, TimeSeries } from './detail.ts';
export { reportHtml } from './html.ts';
export { readResults, resultsJson, writeResults } from './json.ts';
export type { FootprintBy, FootprintCause, Results, SystemResult } from './results.ts';
export { parseResults } from './schema.ts';
export { alignRows, resultsTable } from './table.ts';
export { formatBytes, formatCount } from './unit.ts';
