/**
 * Collects calls that a trace gives one by one, in any order, into parallel arrays sorted by start.
 */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { TraceError } from './error.ts';
import type { CountPlace } from './counts.ts';
import { sharedFloat32, sharedFloat64, sharedUint32 } from './shared.ts';
import type { QuirkLog } from './quirks.ts';
import { MAXIMUM_SPAN_MS, MINIMUM_DURATION_MS, type RecordedCalls, type Trace } from './trace.ts';

const FIRST_CAPACITY = 8192;

/** Rows are held, 16 bytes each: their order is known, and their functions' figures, when the last one was read. */
const MAXIMUM_RECORDED_CALLS = 40_000_000;

/** What a trace of rows has of them. */
export type SortedRows = Pick<Trace, 'invocations' | 'spanMs'> & { readonly calls: RecordedCalls };

export class CallCollector {
  private readonly maximumInvocations: number;
  private readonly limitMs: number;
  private readonly minutes: number | undefined;
  private readonly quirks: QuirkLog | undefined;
  private size = 0;
  private startMs = new Float64Array(FIRST_CAPACITY);
  private functionIds = new Uint32Array(FIRST_CAPACITY);
  private durationMs = new Float32Array(FIRST_CAPACITY);

  /** `quirks` hears of calls that are too short. */
  constructor(maximumInvocations: number, minutes: number | undefined, quirks?: QuirkLog) {
    this.quirks = quirks;
    this.maximumInvocations = Math.min(maximumInvocations, MAXIMUM_RECORDED_CALLS);
    this.minutes = minutes;
    this.limitMs = minutes === undefined ? Infinity : minutes * MS_PER_MINUTE;
  }

  /** Calls at or after the limit on the minutes are dropped. */
  add(functionId: number, startMs: number, durationMs: number, place: CountPlace): void {
    if (startMs >= MAXIMUM_SPAN_MS || durationMs >= MAXIMUM_SPAN_MS) {
      const found = `start ${startMs} ms, duration ${durationMs} ms`;
      throw new TraceError({ ...place, expected: 'a call within one year', found });
    }
    if (startMs >= this.limitMs) return;
    if (this.size === this.maximumInvocations) {
      throw new TraceError({
        ...place,
        expected: `at most ${this.maximumInvocations} invocations (limit the minutes to keep fewer)`,
        found: 'one more',
      });
    }
    if (this.size === this.startMs.length) this.grow();
    if (durationMs < MINIMUM_DURATION_MS) this.quirks?.note('durationsRaised', place);
    this.startMs[this.size] = startMs;
    this.functionIds[this.size] = functionId;
    this.durationMs[this.size] = Math.max(MINIMUM_DURATION_MS, durationMs);
    this.size++;
  }

  /** Stable: equal starts keep the order of addition. */
  sorted(): SortedRows {
    const starts = this.startMs.subarray(0, this.size);
    const order = sortedOrder(starts);
    const startMs = sharedFloat64(this.size);
    const functionIds = sharedUint32(this.size);
    const durationMs = sharedFloat32(this.size);
    for (let target = 0; target < this.size; target++) {
      const source = order === undefined ? target : (order[target] as number);
      startMs[target] = starts[source] as number;
      functionIds[target] = this.functionIds[source] as number;
      durationMs[target] = this.durationMs[source] as number;
    }
    const lastMs = startMs.at(-1) ?? 0;
    const seenMinutes = Math.floor(lastMs / MS_PER_MINUTE) + 1;
    const spanMs = Math.min(seenMinutes, this.minutes ?? Infinity) * MS_PER_MINUTE;
    const calls: RecordedCalls = { kind: 'recorded', startMs, functionIds, durationMs };
    return { invocations: this.size, calls, spanMs };
  }

  private grow(): void {
    const capacity = this.size * 2;
    const startMs = new Float64Array(capacity);
    const functionIds = new Uint32Array(capacity);
    const durationMs = new Float32Array(capacity);
    startMs.set(this.startMs);
    functionIds.set(this.functionIds);
    durationMs.set(this.durationMs);
    Object.assign(this, { startMs, functionIds, durationMs });
  }
}

/** Undefined if already in order, as published traces mostly are. Stable: merges of runs twice as long each time. */
function sortedOrder(starts: Float64Array): Uint32Array | undefined {
  let index = 1;
  while (index < starts.length && (starts[index - 1] as number) <= (starts[index] as number)) {
    index++;
  }
  if (index >= starts.length) return undefined;
  let from = Uint32Array.from(starts, (_, position) => position);
  let to = new Uint32Array(from.length);
  for (let width = 1; width < from.length; width *= 2) {
    for (let low = 0; low < from.length; low += 2 * width) {
      mergeRuns(starts, from, to, low, low + width, Math.min(low + 2 * width, from.length));
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Merges from[low, middle) with from[middle, high) into the same places of `to`. */
function mergeRuns(
  starts: Float64Array,
  from: Uint32Array,
  to: Uint32Array,
  low: number,
  middle: number,
  high: number,
): void {
  let left = low;
  let right = middle;
  for (let place = low; place < high; place++) {
    const isLeft =
      right >= high ||
      (left < middle &&
        (starts[from[left] as number] as number) <= (starts[from[right] as number] as number));
    to[place] = (isLeft ? from[left++] : from[right++]) as number;
  }
}
