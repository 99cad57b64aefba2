// What a microbenchmark is, and how one is timed. It knows no clock: whoever runs it hands over one of CPU time.

import { FUNCTION, TEXT, expectFunction, expectInteger, expectShape } from '../check/index.ts';
import type { GrowthPolicy, KeepAlive, Placement } from '../serverless/index.ts';

/** Policies of one's own; what is not said is the library's. */
export interface BenchPolicies {
  /** Makes one of how zones grow. */
  readonly growth?: (() => GrowthPolicy) | undefined;
  /** Makes one of where containers go. */
  readonly placement?: (() => Placement) | undefined;
  /** Makes one of how long idle containers are kept. */
  readonly keepAlive?: (() => KeepAlive) | undefined;
}

/** What a microbenchmark is run with. */
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
  /** What it came to besides, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A mechanism by itself. */
export interface Microbench {
  /** By which it is asked for. */
  readonly name: string;
  /** What it does. */
  readonly sentence: string;
  /** What an operation is. */
  readonly operation: string;
  /** Sets the scene; what it gives is timed. */
  prepare(setting: BenchSetting): () => BenchOutcome | Promise<BenchOutcome>;
}

/** What a microbenchmark came to. */
export interface BenchResult {
  /** Of the microbenchmark. */
  readonly name: string;
  /** What an operation is. */
  readonly operation: string;
  /** CPU time an operation: the median of the runs. */
  readonly nsPerOperation: number;
  /** Of the quickest run. */
  readonly lowestNs: number;
  /** Of the slowest. */
  readonly highestNs: number;
  /** In a run. */
  readonly operations: number;
  /** Of the state that each run left. */
  readonly hash: string;
  /** What a run came to besides, by name. */
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
  /** Of an even number of runs, the upper of the two in the middle. */
  readonly median: number;
  /** Of all. */
  readonly lowest: number;
  /** Of all. */
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

const RUNS_MOST = 1000;
const BENCH = { name: TEXT, operation: TEXT, prepare: FUNCTION } as const;

/**
 * Runs microbenchmarks 1 to 1000 times each (`guestmem bench`), one of all after one of all, so that load of the machine falls on all of
 * them. `cpuNs` gives nanoseconds of CPU time so far, or of the wall where there is no better; `onRun` hears of each run that is done.
 * Throws BenchDiffers where policies of one's own are not deterministic, RefusedArgument.
 *
 * @example
 * const cpuNs = () => 1000 * process.cpuUsage().user;
 * const [touch] = await runMicrobenches(MICROBENCHES.slice(0, 1), { frames: 262_144 }, 5, cpuNs);
 */
export async function runMicrobenches(
  benches: readonly Microbench[],
  setting: BenchSetting,
  runs: number,
  cpuNs: () => number,
  onRun?: (done: number, total: number) => void,
): Promise<BenchResult[]> {
  expectShape('benches', benches, [BENCH]);
  expectInteger('runs', runs, 1, RUNS_MOST);
  expectFunction('cpuNs', cpuNs);
  if (onRun !== undefined) expectFunction('onRun', onRun);
  const timed = benches.map((): Timed[] => []);
  for (let run = 0; run < runs; run += 1) {
    for (const [at, bench] of benches.entries()) {
      timed[at]?.push(await once(bench, setting, cpuNs));
      onRun?.(run * benches.length + at + 1, runs * benches.length);
    }
  }
  return benches.map((bench, at) => resultOf(bench, timed[at] as Timed[]));
}
