/** Forms in which a trace is written. Each is a file of its own and its line here, and each is read again by the format it names. */
import { CALLS_WRITER } from './write-calls.ts';
import { CALLS_PARQUET_WRITER } from './write-parquet.ts';
import { VHIVE_WRITER } from './write-vhive.ts';
import type { TraceWriter } from './writer.ts';

/** Forms in which traces are written, by name (`guestmem trace convert`). */
export const TRACE_WRITERS: readonly TraceWriter[] = [
  CALLS_WRITER,
  CALLS_PARQUET_WRITER,
  VHIVE_WRITER,
];
