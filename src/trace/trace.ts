/**
 * What every reader and the generator produce and replay consumes: functions, and what the file says of their calls. A trace
 * is never whole in memory as calls: `arrivalsOf` makes them minute by minute. Knows no format.
 */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import {
  ARRAY,
  COUNT,
  FUNCTION,
  NUMBER,
  OBJECT,
  type Shape,
  TEXT,
  expectInteger,
  expectName,
  expectNumber,
  expectShape,
  expectText,
} from '../check/index.ts';
import type { TraceSource } from './source.ts';

/** The shares at which Azure publishes durations; `DurationSummary.percentilesMs` is parallel to it. */
export const PERCENTILE_SHARES: readonly number[] = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];

/** No invocation is shorter: the traces' own resolution is 1 ms and many of their rows say 0. */
export const MINIMUM_DURATION_MS = 1;

/** Where a function's figures come from: its own rows, calls seen one by one, or a published fit. */
export type FigureSource = 'trace' | 'observed' | 'published';

/** How long a function's calls take, as percentiles. */
export interface DurationSummary {
  /** Where it comes from. */
  readonly source: FigureSource;
  /** Mean of the function's calls. */
  readonly averageMs: number;
  /** Never decreasing, parallel to `PERCENTILE_SHARES`. */
  readonly percentilesMs: readonly number[];
  /** Longest single call; drawn durations are clamped to it. */
  readonly maximumMs: number;
}

/** A function, and what the file says of it. */
export interface TraceFunction {
  /** Index in `Trace.functions` and value in `CallRows.functionIds`. */
  readonly id: number;
  /** Unique together with `owner` and `app`, not alone. */
  readonly name: string;
  /** Functions of one app share its memory. */
  readonly app: string;
  /** Whose app it is. */
  readonly owner: string;
  /** What calls it: `http`, `timer`, …; undefined: not said. */
  readonly trigger: string | undefined;
  /**
   * This function's part of its app's average allocated memory. Azure measures committed virtual
   * memory of an app ("MB", taken as MiB); an app's figure is divided evenly over its functions.
   */
  readonly memoryMib: number;
  /** Where the memory comes from. */
  readonly memorySource: FigureSource;
  /** How long its calls take. */
  readonly durations: DurationSummary;
}

/** What a reader had to repair or fill in; a report should say so when one is not zero. */
export interface TraceQuirks {
  /** Functions whose durations were filled in. */
  readonly functionsWithoutDurations: number;
  /** Functions whose memory was filled in. */
  readonly functionsWithoutMemory: number;
  /** Rows of a function that stood in the same file already. */
  readonly mergedRows: number;
  /** Averages below 0, replaced by the mean of the percentiles. */
  readonly negativeAverages: number;
  /** Rows whose percentiles were put in order. */
  readonly percentilesOrdered: number;
  /** Rows with percentiles above their maximum, which were lowered to it; absent: none. */
  readonly percentilesLowered?: number;
  /** Rows without some of their percentiles, which were all made of the average; absent: none. */
  readonly percentilesFilled?: number;
  /** Calls, and rows of a function, with a duration below `MINIMUM_DURATION_MS`. */
  readonly durationsRaised: number;
  /** Calls moved to the trace's begin. */
  readonly startsMoved: number;
}

export interface QuirkPlace {
  readonly file: string;
  /** 1-based; absent when the file has no lines. */
  readonly line?: number | undefined;
}

/** Calls, one element each in three parallel arrays. */
export interface CallRows {
  /** Start of each invocation since the trace's begin, never decreasing; exact microseconds if drawn. */
  readonly startMs: Float64Array;
  /** Equal starts keep the order of ids (drawn) or of rows (recorded). */
  readonly functionIds: Uint32Array;
  /** Undisturbed execution time, without any start-up. */
  readonly durationMs: Float32Array;
}

/** Calls of which the file says how many a function had in a minute; the rest is drawn. */
export interface CountedCalls {
  /** The file says how many calls there were in each minute. */
  readonly kind: 'counted';
  /** Seed of the draws. */
  readonly seed: number;
  /** By minute: its first cell; one more at the end. */
  readonly firstCells: Uint32Array;
  /** By cell, never decreasing within a minute. */
  readonly functionIds: Uint32Array;
  /** By cell: calls of that function in that minute. */
  readonly counts: Uint32Array;
  /**
   * By function id: the calls of a minute are spaced evenly from this microsecond of the minute on
   * instead of drawn. For timers.
   */
  readonly phaseUs?: ReadonlyMap<number, number> | undefined;
}

/** Calls that the file has one by one. */
export interface RecordedCalls extends CallRows {
  /** The file has each call. */
  readonly kind: 'recorded';
}

/** Resident memory over time: each figure holds until the next one, the last to the end. */
export interface MemorySeries {
  /** Since the sandbox's begin, never decreasing; the first is 0. */
  readonly atMs: Float64Array;
  /** Frames of 4 KiB, parallel. */
  readonly frames: Uint32Array;
}

/** A tool that an agent called. Between its tools the sandbox waits for the model. */
export interface ToolCall {
  /** Its name. */
  readonly tool: string;
  /** Since the sandbox's begin. */
  readonly startMs: number;
  /** Since the sandbox's begin. */
  readonly endMs: number;
}

/**
 * The life of one sandbox. It is the one call of a function of its own in `Trace.calls`; its memory is not that of a
 * function's calls, but follows the series.
 */
export interface Session {
  /** Its own function. */
  readonly functionId: number;
  /** What it holds over time. */
  readonly memory: MemorySeries;
  /** By start. */
  readonly tools: readonly ToolCall[];
}

/** Plain data: a copy in a worker gives the same calls. The arrays are shared with it, not copied. */
export interface Trace {
  /** For results; not parsed. */
  readonly name: string;
  /** Name of the format it was read from (`TRACE_FORMATS`), or 'synthetic', or 'rows'. */
  readonly format: string;
  /** Each with its index as id. */
  readonly functions: readonly TraceFunction[];
  /** Calls in all. */
  readonly invocations: number;
  /** What the file says of them: `arrivalsOf` makes them minute by minute. */
  readonly calls: CountedCalls | RecordedCalls;
  /** Length of the window: a whole number of minutes; every start is below it. */
  readonly spanMs: number;
  /** What the reader repaired or filled in. */
  readonly quirks: TraceQuirks;
  /** Where the first of a kind is, if the reader knows. */
  readonly firstQuirks?: Readonly<Partial<Record<keyof TraceQuirks, QuirkPlace>>> | undefined;
  /** One a function, by function id; only of formats that have sessions. */
  readonly sessions?: readonly Session[] | undefined;
}

/** How a trace is read. */
export interface TraceOptions {
  /** Non-negative safe integer; the same seed and files give the same trace on any machine. */
  readonly seed: number;
  /** Keep only the first so many minutes; what is kept is the same as without the limit. */
  readonly minutes?: number | undefined;
  /** Refuse larger traces. */
  readonly maximumInvocations?: number | undefined;
  /** Where the paths lead; the file system if not said. `traceFiles` makes one of texts and bytes. */
  readonly files?: TraceSource | undefined;
}

export const NO_QUIRKS: Required<TraceQuirks> = {
  functionsWithoutDurations: 0,
  functionsWithoutMemory: 0,
  mergedRows: 0,
  negativeAverages: 0,
  percentilesOrdered: 0,
  percentilesLowered: 0,
  percentilesFilled: 0,
  durationsRaised: 0,
  startsMoved: 0,
};

/** A part of a key: what joins parts, or follows a key in a label, is written as in a URL. */
function keyPart(text: string): string {
  return expectText('key', text).replace(/[%/#]/g, encodeURIComponent);
}

/** A year: longer than any public trace. Bounds what one wild row can make of the whole run. */
export const MAXIMUM_SPAN_MS: number = 366 * 1440 * MS_PER_MINUTE;

const CALLS: Readonly<Record<string, Shape>> = {
  counted: {
    seed: COUNT,
    firstCells: ARRAY,
    functionIds: ARRAY,
    counts: ARRAY,
    'phaseUs?': { get: FUNCTION },
  },
  recorded: { startMs: ARRAY, functionIds: ARRAY, durationMs: ARRAY },
};

const TRACE: Shape = {
  name: TEXT,
  format: TEXT,
  functions: [
    {
      id: COUNT,
      name: TEXT,
      app: TEXT,
      owner: TEXT,
      memoryMib: NUMBER,
      durations: { averageMs: NUMBER, maximumMs: NUMBER, percentilesMs: [NUMBER] },
    },
  ],
  calls: { kind: TEXT },
  invocations: COUNT,
  quirks: OBJECT,
  'sessions?': [
    { functionId: COUNT, memory: { atMs: ARRAY, frames: ARRAY }, tools: [{ tool: TEXT }] },
  ],
};

/** Calls that the arrays hold; each is a function's of the trace. */
function heldCalls({ calls, functions }: Trace): number {
  const { kind, functionIds } = calls;
  const parallel = kind === 'counted' ? [calls.counts] : [calls.startMs, calls.durationMs];
  for (const { length } of parallel) {
    expectInteger('trace.calls', length, functionIds.length, functionIds.length);
  }
  let held = kind === 'counted' ? 0 : functionIds.length;
  for (let at = 0; at < functionIds.length; at += 1) {
    expectInteger('trace.calls.functionIds', functionIds[at] as number, 0, functions.length - 1);
    if (kind === 'counted') held += calls.counts[at] as number;
  }
  return held;
}

/** The trace, if it is one: what it says is of the right kind, and its calls are as many as it says. */
export function expectTrace(trace: Trace): Trace {
  expectShape('trace', trace, TRACE);
  const { calls, invocations, spanMs } = trace;
  const kind = expectName('trace.calls.kind', calls.kind, ['counted', 'recorded']);
  expectShape('trace.calls', calls, CALLS[kind] as Shape);
  expectNumber('trace.spanMs', spanMs, 0, MAXIMUM_SPAN_MS);
  const held = heldCalls(trace);
  expectInteger('trace.invocations', invocations, held, held);
  return trace;
}

/** Identity of an app across files of one trace, and the label of its random streams. */
export function appKey(owner: string, app: string): string {
  return `${keyPart(owner)}/${keyPart(app)}`;
}

/** Identity of a function across files of one trace, and the label of its random streams. */
export function functionKey(owner: string, app: string, name: string): string {
  return `${appKey(owner, app)}/${keyPart(name)}`;
}
