// What the benches of this folder have in common: cases in, nanoseconds an operation out.

import { Bench } from 'tinybench';
import { FNV_BASIS, FNV_PRIME } from '../src/abi/hash.ts';

/** How much work a run may be: a moment for the tests, enough to believe the numbers otherwise. */
export interface BenchSize {
  readonly name: 'small' | 'large';
  /** At least so long on each case. */
  readonly timeMs: number;
}

export const SMALL: BenchSize = { name: 'small', timeMs: 1 };
export const LARGE: BenchSize = { name: 'large', timeMs: 1000 };

/** One thing to time. */
export interface BenchCase {
  readonly name: string;
  /** Operations in one call of run. */
  readonly operations: number;
  readonly run: () => void;
  /** Before each call, not timed. */
  readonly before?: () => void;
}

export interface BenchRow {
  readonly name: string;
  /** Median over the calls. */
  readonly nsPerOperation: number;
  readonly calls: number;
}

/** What a bench found: the answer to one question. */
export interface BenchReport {
  readonly name: string;
  readonly question: string;
  readonly rows: readonly BenchRow[];
  /** Row over row, by what they compare. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Of what the timed code computed, over a fixed amount of work: equal on every machine. */
  readonly hash: number;
}

/** Times the cases one after the other. */
export async function measure(cases: readonly BenchCase[], size: BenchSize): Promise<BenchRow[]> {
  const isLarge = size.name === 'large';
  const bench = new Bench({
    time: size.timeMs,
    iterations: isLarge ? 16 : 1,
    warmup: isLarge,
    throws: true,
  });
  for (const { name, run, before } of cases) {
    bench.add(name, run, before === undefined ? {} : { beforeEach: before });
  }
  await bench.run();
  return cases.map(({ name, operations }) => {
    const result = bench.getTask(name)?.result;
    if (result === undefined || !('latency' in result)) throw new Error(`${name} was not timed`);
    const { latency } = result;
    return {
      name,
      nsPerOperation: (latency.p50 * 1e6) / operations,
      calls: latency.samplesCount,
    };
  });
}

/** nsPerOperation of a row over that of another. */
export function ratio(rows: readonly BenchRow[], of: string, to: string): number {
  const value = (name: string): number =>
    rows.find((row) => row.name === name)?.nsPerOperation ?? Number.NaN;
  return value(of) / value(to);
}

/** 32-bit FNV-1a, a word at a time. */
export class WordHash {
  value: number = FNV_BASIS;

  add(word: number): void {
    this.value = Math.imul(this.value ^ word, FNV_PRIME) >>> 0;
  }
}
