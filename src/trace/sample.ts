/**
 * A part of a trace: whole functions, and a window of minutes. Functions are drawn in strata of equal size by their calls in the
 * window, so that the sample has the popular ones and the rare ones in the trace's proportion, at any seed.
 */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { RefusedArgument, expectInteger, expectNumber, expectObject } from '../check/index.ts';
import { randomStream } from '../time/index.ts';
import { MinuteCounts, countedTrace } from './counts.ts';
import { CallCollector } from './rows.ts';
import {
  type CountedCalls,
  type RecordedCalls,
  type Trace,
  type TraceFunction,
  type TraceQuirks,
  expectTrace,
} from './trace.ts';

/** Which functions and minutes of a trace a sample has. */
export interface SampleOptions {
  /** Seed of the choice of functions. */
  readonly seed: number;
  /** So many of the functions that are called in the window, or all if there are fewer. */
  readonly functions?: number | undefined;
  /** Or this share of them, one at least. */
  readonly share?: number | undefined;
  /** First minute of the window; the sample's minute 0. */
  readonly fromMinute?: number | undefined;
  /** The minute after the window's last. */
  readonly toMinute?: number | undefined;
}

interface Window {
  readonly from: number;
  readonly to: number;
}

function windowOf(trace: Trace, { fromMinute = 0, toMinute }: SampleOptions): Window {
  const minutes = trace.spanMs / MS_PER_MINUTE;
  const from = expectInteger('fromMinute', fromMinute, 0, minutes - 1);
  return { from, to: expectInteger('toMinute', toMinute ?? minutes, from + 1, minutes) };
}

/** Calls of the window by function id. */
function callsIn({ calls, functions }: Trace, { from, to }: Window): Float64Array {
  const sums = new Float64Array(functions.length);
  if (calls.kind === 'counted') {
    const first = calls.firstCells[from] as number;
    const last = calls.firstCells[to] as number;
    for (let cell = first; cell < last; cell++) {
      const id = calls.functionIds[cell] as number;
      sums[id] = (sums[id] as number) + (calls.counts[cell] as number);
    }
    return sums;
  }
  for (const [index, id] of calls.functionIds.entries()) {
    const minute = (calls.startMs[index] as number) / MS_PER_MINUTE;
    if (minute >= from && minute < to) sums[id] = (sums[id] as number) + 1;
  }
  return sums;
}

/** Ids of the functions that stay, ascending. */
function choose(sums: Float64Array, { seed, functions, share }: SampleOptions): number[] {
  if (functions !== undefined && share !== undefined) {
    throw new RefusedArgument('functions', 'one of functions and share', functions);
  }
  const called = [...sums.keys()].filter((id) => (sums[id] as number) > 0);
  called.sort((a, b) => (sums[b] as number) - (sums[a] as number) || a - b);
  const wanted =
    share === undefined
      ? expectInteger('functions', functions ?? called.length, 1)
      : Math.max(1, Math.round(expectNumber('share', share, 0, 1) * called.length));
  if (wanted >= called.length) return called.toSorted((a, b) => a - b);
  const random = randomStream(seed, 'sample');
  const chosen = Array.from({ length: wanted }, (_, stratum) => {
    const low = Math.floor((stratum * called.length) / wanted);
    const high = Math.floor(((stratum + 1) * called.length) / wanted);
    return called[low + random.nextBelow(high - low)] as number;
  });
  return chosen.toSorted((a, b) => a - b);
}

interface Kept extends Pick<Trace, 'quirks' | 'firstQuirks'> {
  readonly functions: readonly TraceFunction[];
  /** By old id; undefined: gone. */
  readonly ids: readonly (number | undefined)[];
}

/** Of the functions that stay; what was mended of rows and calls is the whole trace's. */
function quirksOf({ quirks }: Trace, functions: readonly TraceFunction[]): TraceQuirks {
  const { functionsWithoutDurations, functionsWithoutMemory } = quirks;
  const drawn = (is: (fn: TraceFunction) => boolean): number => functions.filter(is).length;
  return {
    ...quirks,
    functionsWithoutDurations: Math.min(
      functionsWithoutDurations,
      drawn(({ durations }) => durations.source === 'published'),
    ),
    functionsWithoutMemory: Math.min(
      functionsWithoutMemory,
      drawn(({ memorySource }) => memorySource === 'published'),
    ),
  };
}

function keep(trace: Trace, chosen: readonly number[]): Kept {
  const ids: (number | undefined)[] = trace.functions.map(() => undefined);
  const functions = chosen.map((old, id) => {
    ids[old] = id;
    return { ...(trace.functions[old] as TraceFunction), id };
  });
  return { functions, ids, quirks: quirksOf(trace, functions), firstQuirks: trace.firstQuirks };
}

function sampleCounts(
  trace: Trace,
  calls: CountedCalls,
  { functions, ids, quirks, firstQuirks }: Kept,
  to: Window,
): Trace {
  const counts = new MinuteCounts(Infinity);
  const place = { file: trace.name };
  for (let minute = to.from; minute < to.to; minute++) {
    const last = calls.firstCells[minute + 1] as number;
    for (let cell = calls.firstCells[minute] as number; cell < last; cell++) {
      const id = ids[calls.functionIds[cell] as number];
      if (id !== undefined) counts.add(id, minute - to.from, calls.counts[cell] as number, place);
    }
  }
  const phases = [...(calls.phaseUs ?? [])].flatMap(([old, us]): [number, number][] => {
    const id = ids[old];
    return id === undefined ? [] : [[id, us]];
  });
  const { name, format } = trace;
  const phaseUs = calls.phaseUs === undefined ? undefined : new Map(phases);
  const minutes = to.to - to.from;
  const parts = { name, format, functions, counts, minutes, quirks, firstQuirks, phaseUs };
  return countedTrace(parts, calls.seed);
}

function sampleRows(
  trace: Trace,
  calls: RecordedCalls,
  { functions, ids, quirks, firstQuirks }: Kept,
  to: Window,
): Trace {
  const collector = new CallCollector(Infinity, to.to - to.from);
  const beginMs = to.from * MS_PER_MINUTE;
  for (const [index, old] of calls.functionIds.entries()) {
    const id = ids[old];
    const startMs = (calls.startMs[index] as number) - beginMs;
    if (id === undefined || startMs < 0) continue;
    collector.add(id, startMs, calls.durationMs[index] as number, { file: trace.name });
  }
  const spanMs = (to.to - to.from) * MS_PER_MINUTE;
  return { ...trace, functions, quirks, firstQuirks, ...collector.sorted(), spanMs };
}

/**
 * The same trace, seed and options give the same sample. What is kept of a function is all of it: each call of a recorded trace, each
 * count of a counted one, whose draws are those of the whole trace if the window begins at minute 0.
 */
export function sampleTrace(trace: Trace, options: SampleOptions): Trace {
  expectTrace(trace);
  expectInteger('seed', expectObject('options', options).seed, 0);
  if (trace.sessions !== undefined) {
    throw new RefusedArgument('trace', 'a trace of calls', `${trace.sessions.length} sessions`);
  }
  const window = windowOf(trace, options);
  const kept = keep(trace, choose(callsIn(trace, window), options));
  const { calls } = trace;
  return calls.kind === 'counted'
    ? sampleCounts(trace, calls, kept, window)
    : sampleRows(trace, calls, kept, window);
}
