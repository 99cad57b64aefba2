// Threads that play jobs, by piscina. A thread that dies fails its job and no other.

import { ReplayInterrupted } from '../../replay/index.ts';
import { type Failure, failureOf } from '../engine.ts';
import type { Results } from '../../report/index.ts';
import type { Job } from '../job.ts';
import { THREAD } from '../program.ts';

/** From a thread to its pool, of the job that it plays. */
export interface Share {
  readonly name: string;
  readonly share: number;
  readonly isResumed: boolean;
}

/** What a job can go on from, for whoever keeps it. */
export interface Kept {
  readonly name: string;
  readonly kept: Uint8Array;
}

/** Where a job's state is kept: in a file, or by whoever hears of it from the pool. */
export type Keeping =
  { readonly path: string } | { readonly path?: undefined; readonly kept: Uint8Array | undefined };

export interface Task {
  readonly job: Job;
  readonly keeping: Keeping;
}

export interface PoolHearing {
  progress(share: Share): void;
  kept?(kept: Kept): void;
}

/** From a thread, of a job: errors as words, since a copy of one has lost its class. */
export type Played = { readonly results: Results } | { readonly failure: Failure };

export interface Pool {
  /** Throws ReplayInterrupted, nothing else. */
  play(task: Task, signal: AbortSignal): Promise<Played>;
  close(): Promise<void>;
}

/** A pool of so many threads. */
export async function openPool(threads: number, hearing: PoolHearing): Promise<Pool> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina<Task, Played>({
    filename: THREAD,
    name: 'play',
    minThreads: threads,
    maxThreads: threads,
  });
  pool.on('message', (said: Share | Kept) => {
    if ('share' in said) hearing.progress(said);
    else hearing.kept?.(said);
  });
  return {
    play: async (task, signal) => {
      try {
        return await pool.run(task, { signal });
      } catch (error) {
        if (signal.aborted) throw new ReplayInterrupted('interrupted');
        return { failure: failureOf(error) };
      }
    },
    close: () => pool.destroy(),
  };
}
