/**
 * The Azure Functions Invocation Trace 2021: one file with one row a call,
 * `app,func,end_timestamp,duration` in seconds. It has real instants and durations, but no memory,
 * owner or trigger: memory comes from the published distribution, divided over the app's functions.
 */
import { MS_PER_S } from '../abi/unit.ts';
import { basename, extname } from 'node:path';
import { publishedDurations, publishedMemoryMib } from './azure-functions.ts';
import { summarizeCalls } from './call-trace.ts';
import { numberFrom, readCsv, textAt } from './csv.ts';
import type { TraceFormat } from './format.ts';
import { checkOptions } from './options.ts';
import { CallCollector } from './rows.ts';
import {
  NO_QUIRKS,
  type Trace,
  type TraceFunction,
  type TraceOptions,
  functionKey,
} from './trace.ts';

const HEADERS = ['app', 'func', 'end_timestamp', 'duration'];

interface SeenFunction {
  readonly app: string;
  readonly name: string;
}

/** The data set names no owners. */
const NO_OWNER = '';
const SECONDS = 'a number of seconds of 0 or more';

function readCalls(file: string, calls: CallCollector): SeenFunction[] {
  const list: SeenFunction[] = [];
  const ids = new Map<string, number>();
  readCsv(file, (row) => {
    const { header, line } = row;
    const app = textAt(row, header.require('app'));
    const name = textAt(row, header.require('func'));
    const endS = numberFrom(row, header.require('end_timestamp'), 0, SECONDS);
    const durationS = numberFrom(row, header.require('duration'), 0, SECONDS);
    const key = functionKey(NO_OWNER, app, name);
    let id = ids.get(key);
    if (id === undefined) {
      id = list.push({ app, name }) - 1;
      ids.set(key, id);
    }
    // The publishers altered the timestamps: a start before the begin is moved to it.
    const startMs = Math.max(0, (endS - durationS) * MS_PER_S);
    calls.add(id, startMs, durationS * MS_PER_S, { file, line });
  });
  return list;
}

export function readAzure2021(file: string, options: TraceOptions): Trace {
  const { seed, maximumInvocations } = checkOptions(options);
  const collector = new CallCollector(maximumInvocations, options.minutes);
  const seen = readCalls(file, collector);
  const rows = collector.sorted();
  const summaries = summarizeCalls(rows.calls, seen.length);
  const appSizes = new Map<string, number>();
  for (const { app } of seen) appSizes.set(app, (appSizes.get(app) ?? 0) + 1);
  const functions = seen.map(({ app, name }, id): TraceFunction => ({
    id,
    name,
    app,
    owner: NO_OWNER,
    trigger: undefined,
    memoryMib: publishedMemoryMib(seed, NO_OWNER, app) / (appSizes.get(app) as number),
    memorySource: 'published',
    durations: summaries[id] ?? publishedDurations(seed, functionKey(NO_OWNER, app, name)),
  }));
  const quirks = { ...NO_QUIRKS, functionsWithoutMemory: functions.length };
  return { name: basename(file, extname(file)), format: 'azure2021', functions, quirks, ...rows };
}

export const AZURE2021: TraceFormat = {
  name: 'azure2021',
  sentence: 'Azure Functions 2021: one file, a row a call with end and duration.',
  noun: 'an Azure 2021 file',
  recognises: (candidate) => candidate.hasColumns(HEADERS),
  open: ({ path }, options) => readAzure2021(path, options),
};
