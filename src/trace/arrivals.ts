/** A trace's calls in order, a minute at a time; and back: a trace from calls that somebody has. */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import {
  RefusedArgument,
  expectFunction,
  expectList,
  expectNumber,
  expectObject,
} from '../check/index.ts';
import { expandCounts } from './expand.ts';
import { CallCollector } from './rows.ts';
import {
  type CallRows,
  type RecordedCalls,
  type Trace,
  type TraceFunction,
  MAXIMUM_SPAN_MS,
  NO_QUIRKS,
  expectTrace,
} from './trace.ts';

/**
 * The calls of each minute, sorted by start; minutes without calls are there too. What was handed out holds until the next
 * minute is asked for. Each time from the begin, and each time the same.
 */
export function arrivalsOf(trace: Trace): Iterable<CallRows> {
  const { calls, functions, spanMs } = expectTrace(trace);
  return calls.kind === 'counted' ? expandCounts(functions, calls) : minutesOf(calls, spanMs);
}

function* minutesOf(calls: RecordedCalls, spanMs: number): Generator<CallRows, void> {
  const { startMs, functionIds, durationMs } = calls;
  let from = 0;
  for (let untilMs = MS_PER_MINUTE; untilMs <= spanMs; untilMs += MS_PER_MINUTE) {
    let to = from;
    while (to < startMs.length && (startMs[to] as number) < untilMs) to++;
    yield {
      startMs: startMs.subarray(from, to),
      functionIds: functionIds.subarray(from, to),
      durationMs: durationMs.subarray(from, to),
    };
    from = to;
  }
}

/** All calls at once, 16 bytes each: for looking at a trace, not for playing a large one. */
export function rowsOf(trace: Trace): CallRows {
  const startMs = new Float64Array(expectTrace(trace).invocations);
  const functionIds = new Uint32Array(trace.invocations);
  const durationMs = new Float32Array(trace.invocations);
  let from = 0;
  for (const minute of arrivalsOf(trace)) {
    startMs.set(minute.startMs, from);
    functionIds.set(minute.functionIds, from);
    durationMs.set(minute.durationMs, from);
    from += minute.startMs.length;
  }
  return { startMs, functionIds, durationMs };
}

/** One call by hand. */
export interface CallRow {
  /** Index of the function. */
  readonly functionId: number;
  /** Milliseconds since the trace's begin; 0 or more. */
  readonly startMs: number;
  /** Undisturbed execution time, without any start-up. */
  readonly durationMs: number;
}

/** A trace in one's own rows, for `traceOf`. */
export interface RowTrace {
  /** Its name, for results. */
  readonly name: string;
  /** Each with its index as id. */
  readonly functions: readonly TraceFunction[];
  /** In any order. */
  readonly rows: Iterable<CallRow>;
  /** Length of the window when it ends later than the minute of the last call. */
  readonly minutes?: number | undefined;
}

/** A trace of calls from elsewhere than a file. */
export function traceOf(said: RowTrace): Trace {
  const { name, functions, rows, minutes = 1 } = expectObject('trace', said);
  expectList('functions', functions);
  expectNumber('minutes', minutes, 0, MAXIMUM_SPAN_MS / MS_PER_MINUTE);
  expectFunction('rows: iterator', expectObject('rows', rows)[Symbol.iterator]);
  const collector = new CallCollector(Infinity, undefined);
  for (const row of rows) {
    const { functionId, startMs, durationMs } = expectObject('rows', row);
    // what is no number may not be a key either
    if (!Number.isInteger(functionId) || functions[functionId]?.id !== functionId) {
      const expected = `the id of a function of the list (${functions.length})`;
      throw new RefusedArgument('rows: functionId', expected, functionId);
    }
    expectNumber('rows: startMs', startMs, 0);
    expectNumber('rows: durationMs', durationMs, 0);
    collector.add(functionId, startMs, durationMs, { file: name });
  }
  const { calls, invocations, spanMs } = collector.sorted();
  const windowMs = Math.max(spanMs, minutes * MS_PER_MINUTE);
  const quirks = NO_QUIRKS;
  return { name, format: 'rows', functions, invocations, calls, spanMs: windowMs, quirks };
}
