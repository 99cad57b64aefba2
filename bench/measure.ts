// What the benches of this folder have in common: cases in, nanoseconds of CPU an operation out. Cases take turns, so that a
// machine's other load falls on all of them, and what is compared is compared within one run.

import { Bench, type Fn, type Task } from 'tinybench';
import { FNV_BASIS, FNV_PRIME } from '../src/abi/hash.ts';

/** How much work a run may be: a moment for the tests, enough to believe the numbers otherwise. */
export interface BenchSize {
  readonly name: 'small' | 'large';
  /** Turns of each case that count, and turns before them that warm it up. */
  readonly turns: number;
  readonly warmups: number;
  /** A turn calls its case at least so long. */
  readonly turnMs: number;
}

export const SMALL: BenchSize = { name: 'small', turns: 1, warmups: 0, turnMs: 1 };
export const LARGE: BenchSize = { name: 'large', turns: 15, warmups: 3, turnMs: 40 };

/** One thing to time. */
export interface BenchCase {
  readonly name: string;
  /** Operations in one call of run. */
  readonly operations: number;
  /** May answer with its own time (overriddenDuration): another process did the work. */
  readonly run: Fn | (() => void);
  /** Before and after each call, not timed. */
  readonly before?: () => unknown;
  readonly after?: () => unknown;
}

export interface BenchRow {
  readonly name: string;
  /** Median over the turns. */
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
  /** What was left out, and why. */
  readonly notes?: readonly string[];
}

const MS_PER_MICROSECOND = 1e-3;

/** CPU time of this process: what others do on the machine is not in it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * MS_PER_MICROSECOND;
}

function taskOf(bench: Bench, { name, run, before, after }: BenchCase): Task {
  bench.add(name, run, {
    ...(before === undefined ? {} : { beforeEach: async () => void (await before()) }),
    ...(after === undefined ? {} : { afterEach: async () => void (await after()) }),
  });
  const task = bench.getTask(name);
  if (task === undefined) throw new Error(`${name} was not added`);
  return task;
}

/** One turn of a task: mean time of a call in ms (calls may be shorter than a tick of the clock), and how many there were. */
async function turnOf(task: Task): Promise<{ ms: number; calls: number }> {
  task.reset();
  await task.run();
  const { result } = task;
  if (!('latency' in result)) throw new Error(`${task.name} was not timed`);
  return { ms: result.latency.mean, calls: result.latency.samplesCount };
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

/**
 * Times the cases, a turn of each after a turn of each. With turnMs 0 a turn is one call, so that cases which must do the same
 * work do.
 */
export async function measure(
  cases: readonly BenchCase[],
  { turns, warmups, turnMs }: BenchSize,
): Promise<BenchRow[]> {
  const bench = new Bench({
    now: cpuMs,
    time: turnMs,
    iterations: 1,
    warmup: false,
    throws: true,
  });
  const tasks = cases.map((each) => taskOf(bench, each));
  const found = cases.map(() => [] as { ms: number; calls: number }[]);
  for (let turn = -warmups; turn < turns; turn += 1) {
    for (const [at, task] of tasks.entries()) {
      const one = await turnOf(task);
      if (turn >= 0) found[at]?.push(one);
    }
  }
  return cases.map(({ name, operations }, at) => {
    const mine = found[at] ?? [];
    return {
      name,
      nsPerOperation: (median(mine.map(({ ms }) => ms)) * 1e6) / operations,
      calls: mine.reduce((sum, { calls }) => sum + calls, 0),
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
