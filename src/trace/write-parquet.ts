/** `calls.parquet`: the columns of `write-calls.ts`, typed. */
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { rowsOf } from './arrivals.ts';
import type { Trace, TraceFunction } from './trace.ts';
import { type TraceWriter, expectCalls, shortFloat } from './writer.ts';

const real = (name: string, data: Float64Array): ColumnSource => {
  return { name, type: 'DOUBLE', data, nullable: false };
};

function columnsOf(trace: Trace): ColumnSource[] {
  const { startMs, functionIds, durationMs } = rowsOf(trace);
  const ids = Array.from(functionIds);
  const text = (name: string, of: (fn: TraceFunction) => string): ColumnSource => {
    const values = trace.functions.map(of);
    return { name, type: 'STRING', data: ids.map((id) => values[id] as string), nullable: false };
  };
  const memories = Float64Array.from(ids, (id) => (trace.functions[id] as TraceFunction).memoryMib);
  return [
    text('function', ({ name }) => name),
    text('app', ({ app }) => app),
    text('owner', ({ owner }) => owner),
    text('trigger', ({ trigger }) => trigger ?? ''),
    real('start_ms', startMs),
    real('duration_ms', Float64Array.from(durationMs, shortFloat)),
    real('memory_mib', memories),
  ];
}

export const CALLS_PARQUET_WRITER: TraceWriter = {
  name: 'parquet',
  sentence: 'The same, typed, in calls.parquet; all rows are in memory once.',
  files: [{ name: 'calls.parquet', mark: /^PAR1[^]*guestmem/ }],
  render(trace) {
    expectCalls(trace);
    const kvMetadata = [{ key: 'guestmem.trace', value: trace.name }];
    const columnData = columnsOf(trace);
    const bytes = parquetWriteBuffer({ columnData, createdBy: 'guestmem', kvMetadata });
    return [{ name: 'calls.parquet', content: new Uint8Array(bytes) }];
  },
};
