/**
 * Invocations per function and minute, kept sparse: an Azure day has 46,000 functions x 1,440
 * minutes of which few are not zero. Rows come in any order; `cells` gives them minute by minute.
 */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { TraceError } from './error.ts';
import { sharedUint32 } from './shared.ts';
import type { CountedCalls, Trace, TraceFunction, TraceQuirks } from './trace.ts';

const FIRST_CAPACITY = 8192;

/**
 * Calls that one minute may have: a minute is the most that is ever in memory, some 30 bytes a call. A mean minute of all of
 * Azure 2019 has 0.6 million.
 */
const MAXIMUM_CALLS_A_MINUTE = 10_000_000;

export interface CountPlace {
  readonly file: string;
  readonly line?: number | undefined;
  readonly row?: number | undefined;
  readonly column?: number | undefined;
  readonly header?: string | undefined;
}

export class MinuteCounts {
  readonly maximumInvocations: number;
  private size = 0;
  private total = 0;
  private readonly minuteTotals: number[] = [];
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
    const inMinute = (this.minuteTotals[minute] ?? 0) + count;
    this.minuteTotals[minute] = inMinute;
    if (inMinute > MAXIMUM_CALLS_A_MINUTE) {
      const expected = `at most ${MAXIMUM_CALLS_A_MINUTE} invocations in a minute`;
      throw new TraceError({ ...place, expected, found: `${inMinute} up to here` });
    }
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
   * Minute by minute, within a minute by function. Both counts must be above every value added; a minute's two cells of one
   * function stay two, in the order of addition.
   */
  cells(
    minuteCount: number,
    functionCount: number,
  ): Pick<CountedCalls, 'firstCells' | 'functionIds' | 'counts'> {
    const all = new Uint32Array(this.size);
    for (let index = 0; index < this.size; index++) all[index] = index;
    const byFunction = ordered(all, this.functionIds, functionCount).order;
    const { order, firsts } = ordered(byFunction, this.minutes, minuteCount);
    const functionIds = sharedUint32(this.size);
    const counts = sharedUint32(this.size);
    for (let cell = 0; cell < this.size; cell++) {
      const index = order[cell] as number;
      functionIds[cell] = this.functionIds[index] as number;
      counts[cell] = this.counts[index] as number;
    }
    return { firstCells: firsts, functionIds, counts };
  }

  private grow(): void {
    this.minutes = doubled(this.minutes);
    this.functionIds = doubled(this.functionIds);
    this.counts = doubled(this.counts);
  }
}

/** Counting sort of indexes by their key, stable; `firsts` has where each key begins, and the end. */
function ordered(
  indexes: Uint32Array,
  keys: Uint32Array,
  keyCount: number,
): { order: Uint32Array; firsts: Uint32Array } {
  const firsts = sharedUint32(keyCount + 1);
  for (const index of indexes) {
    const next = (keys[index] as number) + 1;
    firsts[next] = (firsts[next] as number) + 1;
  }
  for (let key = 0; key < keyCount; key++) {
    firsts[key + 1] = (firsts[key + 1] as number) + (firsts[key] as number);
  }
  const cursors = firsts.slice();
  const order = new Uint32Array(indexes.length);
  for (const index of indexes) {
    const key = keys[index] as number;
    const target = cursors[key] as number;
    cursors[key] = target + 1;
    order[target] = index;
  }
  return { order, firsts };
}

function doubled(from: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(from.length * 2);
  to.set(from);
  return to;
}

export interface CountedParts {
  readonly name: string;
  readonly format: string;
  readonly functions: readonly TraceFunction[];
  readonly counts: MinuteCounts;
  readonly minutes: number;
  readonly quirks: TraceQuirks;
  readonly firstQuirks?: Trace['firstQuirks'];
  readonly phaseUs?: CountedCalls['phaseUs'];
}

/** A trace of counts; its calls are drawn from the seed when they are asked for. */
export function countedTrace(parts: CountedParts, seed: number): Trace {
  const { name, format, functions, counts, minutes, quirks, firstQuirks, phaseUs } = parts;
  return {
    name,
    format,
    functions,
    invocations: counts.invocations,
    calls: { kind: 'counted', seed, ...counts.cells(minutes, functions.length), phaseUs },
    spanMs: minutes * MS_PER_MINUTE,
    quirks,
    ...(firstQuirks !== undefined && { firstQuirks }),
  };
}
