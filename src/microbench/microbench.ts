// What a microbenchmark is, and how one is timed. It knows no clock: whoever runs it hands over one of CPU time.

import type { GrowthPolicy, KeepAlive, Placement } from '../serverless/index.ts';

/** Policies of one's own; what is not said is the library's. */
export interface BenchPolicies {
  readonly growth?: (() => GrowthPolicy) | undefined;
  readonly placement?: (() => Placement) | undefined;
  readonly keepAlive?: (() => KeepAlive) | undefined;
}

export interface BenchSetting extends BenchPolicies {
  /** Memory of the guest, in frames. */
  readonly frames: number;
}

/** What a run did. */
export interface BenchOutcome {
  /** What its time is divided by. */
  readonly operations: number;
  /** Of the state that it left: equal in every run, on every machine. */
  readonly hash: string;
  readonly counts: Readonly<Record<string, number>>;
}

export interface Microbench {
  readonly name: string;
  readonly sentence: string;
  /** What an operation is. */
  readonly operation: string;
  /** Sets the scene; what it gives is timed. */
  prepare(setting: BenchSetting): () => BenchOutcome | Promise<BenchOutcome>;
}

/** What a microbenchmark came to. */
export interface BenchResult {
  readonly name: string;
  readonly operation: string;
  /** CPU time an operation: the median of the runs, and the lowest and highest. */
  readonly nsPerOperation: number;
  readonly lowestNs: number;
  readonly highestNs: number;
  readonly operations: number;
  readonly hash: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Two runs of one microbenchmark did not do the same: its policies are not deterministic. */
export class BenchDiffers extends Error {
  override readonly name: string = 'BenchDiffers';
}

interface Timed {
  readonly ns: number;
  readonly outcome: BenchOutcome;
}

async function once(bench: Microbench, setting: BenchSetting, cpuNs: () => number): Promise<Timed> {
  const run = bench.prepare(setting);
  const before = cpuNs();
  const outcome = await run();
  return { ns: cpuNs() - before, outcome };
}

/** Values over runs. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Of at least one; the upper of the two in the middle. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: sorted[sorted.length >> 1] as number,
    lowest: sorted[0] as number,
    highest: sorted.at(-1) as number,
  };
}

function resultOf({ name, operation }: Microbench, runs: readonly Timed[]): BenchResult {
  const [{ outcome }] = runs as [Timed];
  if (runs.some((run) => run.outcome.hash !== outcome.hash)) {
    throw new BenchDiffers(`${name}: two runs came to different states`);
  }
  const each = Math.max(1, outcome.operations);
  const { median, lowest, highest } = spreadOf(runs.map(({ ns }) => ns / each));
  return {
    name,
    operation,
    nsPerOperation: median,
    lowestNs: lowest,
    highestNs: highest,
    ...outcome,
  };
}

/**
 * Runs microbenchmarks so many times each, one of all after one of all, so that load of the machine falls on all of them. Throws
 * BenchDiffers. Hears of each run that is done.
 */
export async function runMicrobenches(
  benches: readonly Microbench[],
  setting: BenchSetting,
  runs: number,
  cpuNs: () => number,
  onRun?: (done: number, total: number) => void,
): Promise<BenchResult[]> {
  const timed = benches.map((): Timed[] => []);
  for (let run = 0; run < runs; run += 1) {
    for (const [at, bench] of benches.entries()) {
      timed[at]?.push(await once(bench, setting, cpuNs));
      onRun?.(run * benches.length + at + 1, runs * benches.length);
    }
  }
  return benches.map((bench, at) => resultOf(bench, timed[at] as Timed[]));
}
