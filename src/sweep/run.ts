// Runs a sweep: plays what is not finished, then writes what came of all of it.

import type { Engine, Failure, Outcome } from './engine.ts';
import type { Sweep } from './cells.ts';
import type { Job } from './job.ts';
import type { JobStore } from './store.ts';

export interface RunOptions {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Of a job that is being played, and once when it has ended. */
  readonly progress?: ((job: Job, share: number) => void) | undefined;
  readonly tell?: ((line: string) => void) | undefined;
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
