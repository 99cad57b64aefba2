/** The trace room's face for who writes traces: what it takes is not loaded by who only reads. */
export { TRACE_WRITERS } from './write.ts';
export type { TraceFile, TraceWriter } from './writer.ts';
