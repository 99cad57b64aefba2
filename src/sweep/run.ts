// Runs a sweep: plays what is not finished, then writes what came of all of it.

import { availableParallelism } from 'node:os';
import {
  COUNT,
  FLAG,
  FUNCTION,
  OBJECT,
  type Shape,
  expectShape,
  expectText,
} from '../check/index.ts';
import { type Sweep, sweepOf } from './cells.ts';
import type { Engine, Failure, Outcome } from './engine.ts';
import { threadEngine } from './engines/threads.ts';
import { readSweepFile } from './file.ts';
import type { Job } from './job.ts';
import { openSweep, outcomesOf, writeSweep } from './outcome.ts';
import type { Outcomes } from './outcomes.ts';
import { JobStore } from './store.ts';

/** Who plays, when it ends, and who hears of it. */
export interface RunOptions {
  /** What plays. */
  readonly engine: Engine;
  /** Ends it; what is finished is kept. */
  readonly signal: AbortSignal;
  /** Of a job that is being played, and once when it has ended. */
  readonly progress?: ((job: Job, share: number) => void) | undefined;
  /** Hears a line for whoever waits. */
  readonly tell?: ((line: string) => void) | undefined;
  /** Hears of each job that has ended, and why it failed. */
  readonly ended?: ((job: Job, failure: Failure | undefined) => void) | undefined;
}

/** Jobs that have no results yet. */
export function unfinished({ jobs }: Sweep, store: JobStore): Job[] {
  return jobs.filter((job) => !store.isFinished(job));
}

/** Plays jobs into their folders. Those that failed, in the order of the jobs. Throws ReplayInterrupted. */
export async function playInto(
  jobs: readonly Job[],
  retries: number,
  store: JobStore,
  options: RunOptions,
): Promise<{ readonly job: Job; readonly failure: Failure }[]> {
  const { engine, signal, ended } = options;
  const { progress = (): void => {}, tell = (): void => {} } = options;
  const failures = new Map<Job, Failure>();
  const hear = async (outcome: Outcome): Promise<void> => {
    const { job } = outcome;
    if ('results' in outcome) await store.finish(job, outcome.results);
    else {
      failures.set(job, outcome.failure);
      store.fail(job, outcome.failure, outcome.attempts);
    }
    ended?.(job, failures.get(job));
  };
  const stateOf = (job: Job): string => store.stateOf(job);
  await engine.play(jobs, { retries, signal, stateOf, tell, progress, ended: hear });
  return jobs.flatMap((job) => {
    const failure = failures.get(job);
    return failure === undefined ? [] : [{ job, failure }];
  });
}

/** How a sweep is run, and who hears of it. */
export interface SweepOptions extends Pick<RunOptions, 'progress' | 'tell' | 'ended'> {
  /** Who plays: threads of this process, as many as it has cores, if not said. */
  readonly engine?: Engine | undefined;
  /** Ends it; what is finished is kept. */
  readonly signal?: AbortSignal | undefined;
  /** How often a job that failed is tried again; if not said, what the file says. */
  readonly retries?: number | undefined;
  /** Plays nothing, and tells what came of jobs that are finished. */
  readonly isCollected?: boolean | undefined;
  /** Files in the folder which guestmem did not write are replaced. */
  readonly isForced?: boolean | undefined;
  /** Hears how many bytes of the trace are read, of how many. */
  readonly onHashed?: ((done: number, total: number) => void) | undefined;
  /** The sweep is read, and so many of its jobs are played now. */
  readonly begins?: ((sweep: Sweep, jobs: number) => void) | undefined;
  /** Hears how many cells have been looked up, of how many. */
  readonly onCells?: ((done: number, total: number) => void) | undefined;
}

const OPTIONS: Shape = {
  'engine?': { play: FUNCTION },
  'signal?': OBJECT,
  'retries?': COUNT,
  'isCollected?': FLAG,
  'isForced?': FLAG,
  'progress?': FUNCTION,
  'tell?': FUNCTION,
  'ended?': FUNCTION,
  'onHashed?': FUNCTION,
  'begins?': FUNCTION,
  'onCells?': FUNCTION,
};

/** A job without results. */
export interface MissingJob {
  /** Of the job; there is none of one that was not played yet. */
  readonly folder: string;
  /** Why it has none, in a line. */
  readonly reason: string;
}

/** What came of a sweep. */
export interface SweepRun {
  /** Its cells and jobs. */
  readonly sweep: Sweep;
  /** Jobs that have results. */
  readonly finished: number;
  /** Those that have none. */
  readonly missing: readonly MissingJob[];
  /** What results say: rows by cell and system, what each value of a factor does, the choices on the front. */
  readonly outcomes: Outcomes;
  /** Paths of the files that were written: report.html, sweep.json and three tables in Parquet; none without results. */
  readonly files: readonly string[];
}

/** Where a sweep goes if nobody says it. */
export const SWEEP_FOLDER = 'guestmem-sweep';

/** Plays what is not finished. Reasons of jobs that failed, by name. */
async function played(
  sweep: Sweep,
  store: JobStore,
  options: SweepOptions,
): Promise<Map<string, string>> {
  const jobs = options.isCollected === true ? [] : unfinished(sweep, store);
  options.begins?.(sweep, jobs.length);
  if (jobs.length === 0) return new Map();
  const { retries = sweep.retries, signal = new AbortController().signal } = options;
  const engine = options.engine ?? threadEngine(availableParallelism());
  const failed = await playInto(jobs, retries, store, { ...options, engine, signal });
  return new Map(failed.map(({ job, failure }) => [job.name, failure.reason]));
}

/**
 * Plays a sweep (`guestmem sweep FILE`) into a folder, and tells what came of it. Jobs that have results there are not played again.
 * `file` is a path to YAML, `folder` undefined: what the file says, or `guestmem-sweep`. Threads of this process play, as many as it
 * has cores, unless `engine` is another. Jobs that fail are in `missing`. Throws ExperimentError, TraceError, OutputError, EngineError,
 * ReplayInterrupted, RefusedArgument.
 *
 * @example
 * const { outcomes, missing } = await runSweep('examples/sweep.yaml', 'out', { engine: threadEngine(4) });
 */
export async function runSweep(
  file: string,
  folder?: string,
  options: SweepOptions = {},
): Promise<SweepRun> {
  expectText('file', file);
  if (folder !== undefined) expectText('folder', folder);
  expectShape('options', options, OPTIONS);
  const sweep = await sweepOf(readSweepFile(file), file, options.onHashed);
  const into = folder ?? sweep.folder ?? SWEEP_FOLDER;
  const store = new JobStore(into);
  const output = openSweep(into, options.isForced === true);
  try {
    const failed = await played(sweep, store, options);
    const outcomes = outcomesOf(sweep, store, options.onCells);
    const missing = unfinished(sweep, store).map((job) => ({
      folder: store.folderOf(job),
      reason: failed.get(job.name) ?? store.failureOf(job) ?? 'not played yet',
    }));
    const finished = sweep.jobs.length - missing.length;
    const files = finished === 0 ? [] : writeSweep(output, sweep, outcomes);
    return { sweep, finished, missing, outcomes, files };
  } finally {
    output.close();
  }
}
