/**
 * Invocations per function and minute, kept sparse: an Azure day has 46,000 functions x 1,440
 * minutes of which few are not zero. Rows come in any order; `byMinute` gives them minute by minute.
 */
import { TraceError } from './error.ts';

const FIRST_CAPACITY = 8192;

export interface CountPlace {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly header?: string | undefined;
}

export class MinuteCounts {
  readonly maximumInvocations: number;
  private size = 0;
  private total = 0;
  private minutes = new Uint32Array(FIRST_CAPACITY);
  private functionIds = new Uint32Array(FIRST_CAPACITY);
  private counts = new Uint32Array(FIRST_CAPACITY);

  constructor(maximumInvocations: number) {
    this.maximumInvocations = maximumInvocations;
  }

  get invocations(): number {
    return this.total;
  }

  add(functionId: number, minute: number, count: number, place: CountPlace): void {
    if (count === 0) return;
    this.total += count;
    if (this.total > this.maximumInvocations) {
      throw new TraceError({
        ...place,
        expected: `at most ${this.maximumInvocations} invocations (limit the minutes to keep fewer)`,
        found: `${this.total} up to here`,
      });
    }
    if (this.size === this.minutes.length) this.grow();
    this.minutes[this.size] = minute;
    this.functionIds[this.size] = functionId;
    this.counts[this.size] = count;
    this.size++;
  }

  /**
   * Visits the minutes in order; within a minute functions come in the order of addition.
   * `minuteCount` must be above every minute added.
   */
  byMinute(
    minuteCount: number,
    visit: (minute: number, functionIds: Uint32Array, counts: Uint32Array) => void,
  ): void {
    const firsts = new Uint32Array(minuteCount + 1);
    for (let index = 0; index < this.size; index++) {
      const next = (this.minutes[index] as number) + 1;
      firsts[next] = (firsts[next] as number) + 1;
    }
    for (let minute = 0; minute < minuteCount; minute++) {
      firsts[minute + 1] = (firsts[minute + 1] as number) + (firsts[minute] as number);
    }
    const cursors = firsts.slice();
    const ids = new Uint32Array(this.size);
    const counts = new Uint32Array(this.size);
    for (let index = 0; index < this.size; index++) {
      const minute = this.minutes[index] as number;
      const target = cursors[minute] as number;
      cursors[minute] = target + 1;
      ids[target] = this.functionIds[index] as number;
      counts[target] = this.counts[index] as number;
    }
    for (let minute = 0; minute < minuteCount; minute++) {
      const from = firsts[minute] as number;
      const to = firsts[minute + 1] as number;
      visit(minute, ids.subarray(from, to), counts.subarray(from, to));
    }
  }

  private grow(): void {
    this.minutes = doubled(this.minutes);
    this.functionIds = doubled(this.functionIds);
    this.counts = doubled(this.counts);
  }
}

function doubled(from: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(from.length * 2);
  to.set(from);
  return to;
}
