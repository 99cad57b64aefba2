/**
 * The Azure Functions Invocation Trace 2021: one file with one row a call,
 * `app,func,end_timestamp,duration` in seconds. It has real instants and durations, but no memory,
 * owner or trigger: memory comes from the published distribution, divided over the app's functions.
 * The publishers altered the timestamps: a start before the begin is moved to it.
 */
import { readCallFile } from './calls.ts';
import { parseColumns } from './columns.ts';
import { expectPlace } from './options.ts';
import type { TraceFormat } from './format.ts';
import type { Trace, TraceOptions } from './trace.ts';

const HEADERS = ['app', 'func', 'end_timestamp', 'duration'];
const COLUMNS = 'app=app,function=func,end=end_timestamp:s,duration=duration:s';

/** Reads a file of the Azure 2021 trace: a row a call. Throws TraceError. */
export function readAzure2021(file: string, options: TraceOptions): Trace {
  expectPlace(file, options);
  const map = parseColumns(COLUMNS, 'columns of Azure 2021');
  return readCallFile(file, options, { format: 'azure2021', map, isMapped: false });
}

export const AZURE2021: TraceFormat = {
  name: 'azure2021',
  sentence: 'Azure Functions 2021: one file, a row a call with end and duration.',
  noun: 'an Azure 2021 file',
  recognises: (candidate) => candidate.hasColumns(HEADERS),
  open: ({ path }, options) => readAzure2021(path, options),
};
