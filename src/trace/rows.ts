/**
 * Collects calls that a trace gives one by one, in any order, into parallel arrays sorted by start.
 */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { TraceError } from './error.ts';
import type { CountPlace } from './counts.ts';
import { MINIMUM_DURATION_MS } from './trace.ts';

const FIRST_CAPACITY = 8192;

/** A year: longer than any public trace. Bounds what one wild row can make of the whole run. */
const MAXIMUM_SPAN_MS = 366 * 1440 * MS_PER_MINUTE;

export interface SortedCalls {
  readonly startMs: Float64Array;
  readonly functionIds: Uint32Array;
  readonly durationMs: Float32Array;
  readonly spanMs: number;
}

export class CallCollector {
  private readonly maximumInvocations: number;
  private readonly limitMs: number;
  private readonly minutes: number | undefined;
  private size = 0;
  private startMs = new Float64Array(FIRST_CAPACITY);
  private functionIds = new Uint32Array(FIRST_CAPACITY);
  private durationMs = new Float32Array(FIRST_CAPACITY);

  constructor(maximumInvocations: number, minutes: number | undefined) {
    this.maximumInvocations = maximumInvocations;
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
    this.startMs[this.size] = startMs;
    this.functionIds[this.size] = functionId;
    this.durationMs[this.size] = Math.max(MINIMUM_DURATION_MS, durationMs);
    this.size++;
  }

  /** Stable: equal starts keep the order of addition. */
  sorted(): SortedCalls {
    const starts = this.startMs.subarray(0, this.size);
    const order = sortedOrder(starts);
    const startMs = new Float64Array(this.size);
    const functionIds = new Uint32Array(this.size);
    const durationMs = new Float32Array(this.size);
    for (let target = 0; target < this.size; target++) {
      const source = order === undefined ? target : (order[target] as number);
      startMs[target] = starts[source] as number;
      functionIds[target] = this.functionIds[source] as number;
      durationMs[target] = this.durationMs[source] as number;
    }
    const lastMs = startMs.at(-1) ?? 0;
    const seenMinutes = Math.floor(lastMs / MS_PER_MINUTE) + 1;
    const spanMs = Math.min(seenMinutes, this.minutes ?? Infinity) * MS_PER_MINUTE;
    return { startMs, functionIds, durationMs, spanMs };
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

/** Undefined if already in order, as published traces mostly are. */
function sortedOrder(starts: Float64Array): Uint32Array | undefined {
  let index = 1;
  while (index < starts.length && (starts[index - 1] as number) <= (starts[index] as number)) {
    index++;
  }
  if (index >= starts.length) return undefined;
  const order = Uint32Array.from(starts, (_, position) => position);
  return order.toSorted((a, b) => (starts[a] as number) - (starts[b] as number) || a - b);
}
