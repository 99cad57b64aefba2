/** What a trace has in it, in figures. Nothing is drawn for it: a counted trace says no instants and no durations of calls. */
import { FRAME_BYTES, MIB, MS_PER_MINUTE, MS_PER_S } from '../abi/unit.ts';
import { type Trace, type TraceFunction, type TraceQuirks, expectTrace } from './trace.ts';

/** Nearest rank; all 0 for nothing. */
export interface Spread {
  /** The least. */
  readonly minimum: number;
  /** A quarter is at most this. */
  readonly p25: number;
  /** The median. */
  readonly p50: number;
  /** Three quarters are at most this. */
  readonly p75: number;
  /** All but a twentieth are at most this. */
  readonly p95: number;
  /** The most. */
  readonly maximum: number;
  /** The arithmetic mean. */
  readonly mean: number;
}

/** How many calls a stretch of the trace has. */
export interface RateWindow {
  /** Its first minute. */
  readonly fromMinute: number;
  /** Its length. */
  readonly minutes: number;
  /** Calls that start in it. */
  readonly calls: number;
}

/** Sessions of a trace that has them, in figures. */
export interface SessionSummary {
  /** How many there are. */
  readonly sessions: number;
  /** Length of a session in seconds. */
  readonly lengthS: Spread;
  /** Over time, by session. */
  readonly meanMib: Spread;
  /** Most memory of a session. */
  readonly peakMib: Spread;
  /** Calls of tools, in all. */
  readonly toolCalls: number;
  /** Of the sessions' time. */
  readonly toolShare: number;
}

/** A trace in figures (`guestmem trace info`). */
export interface TraceSummary {
  /** The trace's name. */
  readonly name: string;
  /** Name of the format it was read from. */
  readonly format: string;
  /** Whether instants and durations of calls are drawn from counts and percentiles. */
  readonly isDrawn: boolean;
  /** Functions, called or not. */
  readonly functions: number;
  /** Functions that are called at least once. */
  readonly calledFunctions: number;
  /** Apps: groups of functions of one owner. */
  readonly apps: number;
  /** Calls in all. */
  readonly calls: number;
  /** Length in minutes. */
  readonly minutes: number;
  /** Mean and most calls in a minute, and which minute that is. */
  readonly callsAMinute: {
    readonly mean: number;
    readonly peak: number;
    readonly peakMinute: number;
  };
  /** The whole span in at most 24 windows of equal length but the last. */
  readonly rate: readonly RateWindow[];
  /** Calls of a function that is called. */
  readonly callsAFunction: Spread;
  /** Share of the calls that the most popular function makes, and the most popular tenth. */
  readonly topShares: { readonly first: number; readonly tenth: number };
  /** Mean calls at the same time, by the functions' average durations. */
  readonly meanConcurrency: number;
  /** Functions by trigger, in order of name; without one: `none`. */
  readonly triggers: Readonly<Record<string, number>>;
  /** Memory of a function. */
  readonly memoryMib: Spread;
  /** Average duration of a function. */
  readonly averageMs: Spread;
  /** Of each call; only where the file has them. */
  readonly callMs?: Spread | undefined;
  /** How many functions have their memory and durations from where (`FigureSource`). */
  readonly sources: {
    readonly memory: Readonly<Record<string, number>>;
    readonly durations: Readonly<Record<string, number>>;
  };
  /** What the reader repaired or filled in. */
  readonly quirks: TraceQuirks;
  /** Only of formats that have sessions. */
  readonly sessions?: SessionSummary | undefined;
}

const WINDOWS_MOST = 24;

function spreadOf(values: Iterable<number>): Spread {
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const mean = sorted.length === 0 ? 0 : sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
  return {
    minimum: at(0),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p95: at(0.95),
    maximum: at(1),
    mean,
  };
}

interface Sums {
  readonly byMinute: Float64Array;
  readonly byFunction: Float64Array;
}

function sumCalls({ calls, functions, spanMs }: Trace): Sums {
  const byMinute = new Float64Array(spanMs / MS_PER_MINUTE);
  const byFunction = new Float64Array(functions.length);
  const add = (minute: number, id: number, count: number): void => {
    byMinute[minute] = (byMinute[minute] as number) + count;
    byFunction[id] = (byFunction[id] as number) + count;
  };
  if (calls.kind === 'recorded') {
    for (const [index, id] of calls.functionIds.entries()) {
      add(Math.floor((calls.startMs[index] as number) / MS_PER_MINUTE), id, 1);
    }
    return { byMinute, byFunction };
  }
  for (let minute = 0; minute < byMinute.length; minute++) {
    const last = calls.firstCells[minute + 1] as number;
    for (let cell = calls.firstCells[minute] as number; cell < last; cell++) {
      add(minute, calls.functionIds[cell] as number, calls.counts[cell] as number);
    }
  }
  return { byMinute, byFunction };
}

function windowsOf(byMinute: Float64Array): RateWindow[] {
  const width = Math.max(1, Math.ceil(byMinute.length / WINDOWS_MOST));
  return Array.from({ length: Math.ceil(byMinute.length / width) }, (_, window) => {
    const fromMinute = window * width;
    const minutes = byMinute.subarray(fromMinute, fromMinute + width);
    const calls = minutes.reduce((sum, count) => sum + count, 0);
    return { fromMinute, minutes: minutes.length, calls };
  });
}

function topShares(byFunction: Float64Array, calls: number): TraceSummary['topShares'] {
  if (calls === 0) return { first: 0, tenth: 0 };
  const sorted = byFunction.toSorted().toReversed();
  const tenth = sorted
    .subarray(0, Math.ceil(sorted.length / 10))
    .reduce((sum, one) => sum + one, 0);
  return { first: (sorted[0] ?? 0) / calls, tenth: tenth / calls };
}

/** How many have each label, labels in order. */
function tally(labels: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels.toSorted()) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Time in which at least one tool runs; tools come by start. */
function toolMs(tools: readonly { readonly startMs: number; readonly endMs: number }[]): number {
  let sum = 0;
  let untilMs = 0;
  for (const { startMs, endMs } of tools) {
    sum += Math.max(0, endMs - Math.max(startMs, untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  return sum;
}

function sessionSummary({ sessions, functions }: Trace): SessionSummary | undefined {
  if (sessions === undefined) return undefined;
  const functionOf = ({ functionId }: { functionId: number }): TraceFunction =>
    functions[functionId] as TraceFunction;
  const lengthsMs = sessions.map((session) => functionOf(session).durations.maximumMs);
  const peaks = sessions.map(({ memory }) => memory.frames.reduce((a, b) => Math.max(a, b), 0));
  const allMs = lengthsMs.reduce((sum, ms) => sum + ms, 0);
  const inTools = sessions.reduce((sum, { tools }) => sum + toolMs(tools), 0);
  return {
    sessions: sessions.length,
    lengthS: spreadOf(lengthsMs.map((ms) => ms / MS_PER_S)),
    meanMib: spreadOf(sessions.map((session) => functionOf(session).memoryMib)),
    peakMib: spreadOf(peaks.map((frames) => (frames * FRAME_BYTES) / MIB)),
    toolCalls: sessions.reduce((sum, { tools }) => sum + tools.length, 0),
    toolShare: allMs === 0 ? 0 : inTools / allMs,
  };
}

/** The trace in figures; no call is drawn for it. Throws RefusedArgument for what is no trace. */
export function summarizeTrace(trace: Trace): TraceSummary {
  const { name, format, functions, invocations, calls, spanMs, quirks } = expectTrace(trace);
  const { byMinute, byFunction } = sumCalls(trace);
  const peak = byMinute.reduce((most, count) => Math.max(most, count), 0);
  const busyMs = functions.reduce(
    (sum, fn) => sum + (byFunction[fn.id] as number) * fn.durations.averageMs,
    0,
  );
  return {
    name,
    format,
    isDrawn: calls.kind === 'counted',
    functions: functions.length,
    calledFunctions: byFunction.filter((count) => count > 0).length,
    apps: new Set(functions.map(({ owner, app }) => JSON.stringify([owner, app]))).size,
    calls: invocations,
    minutes: byMinute.length,
    callsAMinute: { mean: invocations / byMinute.length, peak, peakMinute: byMinute.indexOf(peak) },
    rate: windowsOf(byMinute),
    callsAFunction: spreadOf(byFunction),
    topShares: topShares(byFunction, invocations),
    meanConcurrency: busyMs / spanMs,
    triggers: tally(functions.map(({ trigger }) => trigger ?? 'none')),
    memoryMib: spreadOf(functions.map(({ memoryMib }) => memoryMib)),
    averageMs: spreadOf(functions.map(({ durations }) => durations.averageMs)),
    callMs: calls.kind === 'recorded' ? spreadOf(calls.durationMs) : undefined,
    sources: {
      memory: tally(functions.map(({ memorySource }) => memorySource)),
      durations: tally(functions.map(({ durations }) => durations.source)),
    },
    quirks,
    sessions: sessionSummary(trace),
  };
}
