/**
 * Sessions of agents in sandboxes: `NAME.memory.csv` with `time_s,memory_bytes,cpu_percent`, about a row a second, and beside it
 * `NAME.tools.csv` with `start_s,end_s,tool`. A folder of them is one trace, or one file of memory is. Nothing says when a
 * session began: all begin at 0.
 */
import { ARRAY, NUMBER, type Shape, expectShape } from '../check/index.ts';
import { FRAME_BYTES, MIB, MS_PER_MINUTE, US_PER_MS, US_PER_S } from '../abi/unit.ts';
import { cellFault, numberFrom, readCsv, textAt } from './csv.ts';
import { observedDurations } from './distribution.ts';
import { fileFault, TraceError } from './error.ts';
import { plainName } from './files.ts';
import type { TraceFormat } from './format.ts';
import { checkOptions, expectPlace } from './options.ts';
import { basename, dirname, join, resolve } from './paths.ts';
import { CallCollector } from './rows.ts';
import { sharedFloat64, sharedUint32 } from './shared.ts';
import type { TraceSource } from './source.ts';
import { SYSTEM_FILES } from './system-files.ts';
import {
  MINIMUM_DURATION_MS,
  type MemorySeries,
  NO_QUIRKS,
  type Session,
  type ToolCall,
  type Trace,
  type TraceFunction,
  type TraceOptions,
} from './trace.ts';

const MEMORY_FILE = /^(.+)\.memory\.csv(?:\.gz)?$/;
const MEMORY_HEADERS = ['time_s', 'memory_bytes'];
const SECONDS = 'a number of seconds of 0 or more';
/** 16 TiB in bytes is beyond what numbers of a table may be; a sandbox has not that much. */
const BYTES = 'a number of bytes of 0 or more';

/** To the microsecond: 1.056 s is 1056 ms, without what a product of doubles leaves behind. */
function msOf(seconds: number): number {
  return Math.round(seconds * US_PER_S) / US_PER_MS;
}

function readMemory(file: string, source: TraceSource): MemorySeries {
  const times: number[] = [];
  const frames: number[] = [];
  readCsv(file, source, (row) => {
    const timeIndex = row.header.require('time_s');
    const atMs = msOf(numberFrom(row, timeIndex, 0, SECONDS));
    if (atMs < (times.at(-1) ?? 0)) throw cellFault(row, timeIndex, 'a time not before the last');
    const bytes = numberFrom(row, row.header.require('memory_bytes'), 0, BYTES);
    if (times.length === 0 && atMs > 0) {
      times.push(0); // before the first sample the sandbox has nothing that is known
      frames.push(0);
    }
    times.push(atMs);
    frames.push(Math.round(bytes / FRAME_BYTES));
  });
  if (times.length === 0) {
    throw new TraceError({
      file,
      line: 2,
      expected: 'at least one sample',
      found: 'a header only',
    });
  }
  const atMs = sharedFloat64(times.length);
  const series = { atMs, frames: sharedUint32(times.length) };
  atMs.set(times);
  series.frames.set(frames);
  return series;
}

function readTools(file: string, source: TraceSource): ToolCall[] {
  const tools: ToolCall[] = [];
  readCsv(file, source, (row) => {
    const { header } = row;
    const startMs = msOf(numberFrom(row, header.require('start_s'), 0, SECONDS));
    const endIndex = header.require('end_s');
    const endMs = msOf(numberFrom(row, endIndex, 0, SECONDS));
    if (endMs < startMs) throw cellFault(row, endIndex, 'an end not before the start');
    tools.push({ tool: textAt(row, header.require('tool')), startMs, endMs });
  });
  return tools.toSorted((a, b) => a.startMs - b.startMs);
}

const SERIES: Shape = { atMs: ARRAY, frames: ARRAY };

/** Frames that a session holds at a moment since its begin. */
export function framesAt(series: MemorySeries, ms: number): number {
  const { atMs, frames } = expectShape('series', series, SERIES);
  expectShape('ms', ms, NUMBER);
  let low = 0;
  let high = atMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((atMs[middle] as number) <= ms) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (frames[low - 1] as number);
}

/** Mean over the time between the first sample and the last; of one sample, its figure. */
function meanFrames({ atMs, frames }: MemorySeries): number {
  let area = 0;
  for (let index = 1; index < atMs.length; index++) {
    const widthMs = (atMs[index] as number) - (atMs[index - 1] as number);
    area += widthMs * (frames[index - 1] as number);
  }
  const lastMs = atMs.at(-1) as number;
  return lastMs === 0 ? (frames.at(-1) as number) : area / lastMs;
}

function lengthMs({ memory, tools }: Session): number {
  const lastTool = tools.reduce((latest, { endMs }) => Math.max(latest, endMs), 0);
  return Math.max(MINIMUM_DURATION_MS, memory.atMs.at(-1) as number, lastTool);
}

function functionOf(name: string, session: Session): TraceFunction {
  return {
    id: session.functionId,
    name,
    app: name,
    owner: '',
    trigger: undefined,
    memoryMib: (meanFrames(session.memory) * FRAME_BYTES) / MIB,
    memorySource: 'trace',
    durations: observedDurations(Float32Array.of(lengthMs(session))),
  };
}

interface SessionFiles {
  readonly name: string;
  readonly memory: string;
  readonly tools: string | undefined;
}

function filesOf(folder: string, names: readonly string[], memory: string): SessionFiles {
  const name = MEMORY_FILE.exec(memory)?.[1] ?? plainName(memory);
  const tools = [`${name}.tools.csv`, `${name}.tools.csv.gz`].find((one) => names.includes(one));
  return {
    name,
    memory: join(folder, memory),
    tools: tools === undefined ? undefined : join(folder, tools),
  };
}

function readSessions(name: string, files: readonly SessionFiles[], options: TraceOptions): Trace {
  const { minuteLimit, maximumInvocations } = checkOptions(options);
  const { files: source = SYSTEM_FILES } = options;
  const sessions = files.map(({ memory, tools }, functionId): Session => ({
    functionId,
    memory: readMemory(memory, source),
    tools: tools === undefined ? [] : readTools(tools, source),
  }));
  const functions = sessions.map((one, id) => functionOf((files[id] as SessionFiles).name, one));
  const collector = new CallCollector(maximumInvocations, options.minutes);
  let longestMs = 0;
  for (const session of sessions) {
    const durationMs = lengthMs(session);
    longestMs = Math.max(longestMs, durationMs);
    const { memory: file } = files[session.functionId] as SessionFiles;
    collector.add(session.functionId, 0, durationMs, { file });
  }
  const { calls, invocations } = collector.sorted();
  const minutes = Math.min(Math.ceil(longestMs / MS_PER_MINUTE), minuteLimit);
  const spanMs = minutes * MS_PER_MINUTE;
  const quirks = NO_QUIRKS;
  return { name, format: 'sessions', functions, invocations, calls, spanMs, quirks, sessions };
}

/** All sessions of a folder. */
export function readSessionFolder(folder: string, options: TraceOptions): Trace {
  expectPlace(folder, options);
  const { files: source = SYSTEM_FILES } = options;
  const names = source.names(folder);
  const memories = names.filter((name) => MEMORY_FILE.test(name));
  if (memories.length === 0) throw fileFault(folder, 'files NAME.memory.csv', 'none');
  const files = memories.map((memory) => filesOf(folder, names, memory));
  return readSessions(basename(resolve(folder)), files, options);
}

/** One session, with its tools if they lie beside it. */
export function readSession(file: string, options: TraceOptions): Trace {
  expectPlace(file, options);
  const folder = dirname(file);
  const { files: source = SYSTEM_FILES } = options;
  const files = filesOf(folder, source.names(folder), basename(file));
  return readSessions(files.name, [files], options);
}

export const SESSIONS: TraceFormat = {
  name: 'sessions',
  sentence: 'Sessions of agents: memory of a sandbox by the second and its tool calls.',
  noun: 'sessions (NAME.memory.csv)',
  recognises: (candidate) =>
    candidate.isFolder
      ? candidate.names.some((name) => MEMORY_FILE.test(name))
      : candidate.hasColumns(MEMORY_HEADERS),
  open: ({ path, isFolder }, options) =>
    isFolder ? readSessionFolder(path, options) : readSession(path, options),
};
