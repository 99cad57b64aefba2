// Threads that play jobs, by piscina. A thread that dies fails its job and no other.

import { ReplayInterrupted } from '../../replay/index.ts';
import { type Failure, failureOf } from '../engine.ts';
import type { Results } from '../../report/index.ts';
import type { Job } from '../job.ts';
import { THREAD } from '../program.ts';

/** From a thread to its pool. */
export interface Share {
  readonly name: string;
  readonly share: number;
}

/** From a thread, of a job: errors as words, since a copy of one has lost its class. */
export type Played = { readonly results: Results } | { readonly failure: Failure };

export interface Pool {
  /** Throws ReplayInterrupted, nothing else. */
  play(job: Job, signal: AbortSignal): Promise<Played>;
  close(): Promise<void>;
}

/** A pool of so many threads. */
export async function openPool(threads: number, progress: (share: Share) => void): Promise<Pool> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina<Job, Played>({
    filename: THREAD,
    name: 'play',
    minThreads: threads,
    maxThreads: threads,
  });
  pool.on('message', progress);
  return {
    play: async (job, signal) => {
      try {
        return await pool.run(job, { signal });
      } catch (error) {
        if (signal.aborted) throw new ReplayInterrupted('interrupted');
        return { failure: failureOf(error) };
      }
    },
    close: () => pool.destroy(),
  };
}
