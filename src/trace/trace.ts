/**
 * The one in-memory form that every reader and the generator produce and replay consumes: parallel
 * arrays with one element an invocation, and no JavaScript object an invocation. Knows no format.
 */

/** The shares at which Azure publishes durations; `DurationSummary.percentilesMs` is parallel to it. */
export const PERCENTILE_SHARES: readonly number[] = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];

/** No invocation is shorter: the traces' own resolution is 1 ms and many of their rows say 0. */
export const MINIMUM_DURATION_MS = 1;

/** Where a function's figures come from: its own rows, calls seen one by one, or a published fit. */
export type FigureSource = 'trace' | 'observed' | 'published';

export interface DurationSummary {
  readonly source: FigureSource;
  readonly averageMs: number;
  /** Never decreasing, parallel to `PERCENTILE_SHARES`. */
  readonly percentilesMs: readonly number[];
  /** Longest single call; drawn durations are clamped to it. */
  readonly maximumMs: number;
}

export interface TraceFunction {
  /** Index in `Trace.functions` and value in `Trace.functionIds`. */
  readonly id: number;
  /** Unique together with `owner` and `app`, not alone. */
  readonly name: string;
  readonly app: string;
  readonly owner: string;
  readonly trigger: string | undefined;
  /**
   * This function's part of its app's average allocated memory. Azure measures committed virtual
   * memory of an app ("MB", taken as MiB); an app's figure is divided evenly over its functions.
   */
  readonly memoryMib: number;
  readonly memorySource: FigureSource;
  readonly durations: DurationSummary;
}

/** What a reader had to repair or fill in; a report should say so when one is not zero. */
export interface TraceQuirks {
  readonly functionsWithoutDurations: number;
  readonly functionsWithoutMemory: number;
  readonly mergedRows: number;
  readonly negativeAverages: number;
}

export interface Trace {
  readonly name: string;
  /** Name of the format it was read from (`TRACE_FORMATS`), or 'synthetic'. */
  readonly format: string;
  readonly functions: readonly TraceFunction[];
  /** Start of each invocation since the trace's begin, never decreasing; exact microseconds if drawn. */
  readonly startMs: Float64Array;
  /** Parallel to `startMs`. Equal starts keep the order of ids (drawn) or of rows (recorded). */
  readonly functionIds: Uint32Array;
  /** Parallel to `startMs`; undisturbed execution time, without any start-up. */
  readonly durationMs: Float32Array;
  /** Length of the window: a whole number of minutes; every start is below it. */
  readonly spanMs: number;
  readonly quirks: TraceQuirks;
}

export interface TraceOptions {
  /** Non-negative safe integer; the same seed and files give the same trace on any machine. */
  readonly seed: number;
  /** Keep only the first so many minutes; what is kept is the same as without the limit. */
  readonly minutes?: number | undefined;
  /** Refuse larger traces instead of running out of memory (16 bytes an invocation). */
  readonly maximumInvocations?: number | undefined;
}

export const DEFAULT_MAXIMUM_INVOCATIONS = 40_000_000;

export const NO_QUIRKS: TraceQuirks = {
  functionsWithoutDurations: 0,
  functionsWithoutMemory: 0,
  mergedRows: 0,
  negativeAverages: 0,
};

/** A part of a key: what joins parts, or follows a key in a label, is written as in a URL. */
function keyPart(text: string): string {
  return text.replace(/[%/#]/g, encodeURIComponent);
}

/** Identity of an app across files of one trace, and the label of its random streams. */
export function appKey(owner: string, app: string): string {
  return `${keyPart(owner)}/${keyPart(app)}`;
}

/** Identity of a function across files of one trace, and the label of its random streams. */
export function functionKey(owner: string, app: string, name: string): string {
  return `${appKey(owner, app)}/${keyPart(name)}`;
}
