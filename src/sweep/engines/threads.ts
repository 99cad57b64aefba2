// The engine that needs nothing: threads of this process.

import { ReplayInterrupted } from '../../replay/index.ts';
import { type Engine, type Hearing, type Outcome, failureOf } from '../engine.ts';
import type { Job } from '../job.ts';
import { playJob } from '../play.ts';
import { type Played, openPool } from './pool.ts';

/** How a job is played once. Throws ReplayInterrupted, nothing else. */
type PlayOnce = (job: Job) => Promise<Played>;

async function playAgain(job: Job, once: PlayOnce, retries: number): Promise<Outcome> {
  for (let attempts = 1; ; attempts += 1) {
    const played = await once(job);
    if ('results' in played) return { job, ...played };
    if (attempts > retries) return { job, ...played, attempts };
  }
}

/** One after the other, in this thread. */
async function playHere(jobs: readonly Job[], hearing: Hearing): Promise<void> {
  const { retries, signal } = hearing;
  const once: PlayOnce = async (job) => {
    try {
      const progress = (share: number): void => hearing.progress(job, share);
      return { results: await playJob(job, { signal, progress }) };
    } catch (error) {
      if (error instanceof ReplayInterrupted) throw error;
      return { failure: failureOf(error) };
    }
  };
  for (const job of jobs) {
    if (signal.aborted) throw new ReplayInterrupted('interrupted');
    await hearing.ended(await playAgain(job, once, retries));
  }
}

async function playInPool(jobs: readonly Job[], threads: number, hearing: Hearing): Promise<void> {
  const { retries, signal } = hearing;
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const pool = await openPool(threads, ({ name, share }) => {
    hearing.progress(byName.get(name) as Job, share);
  });
  try {
    const once: PlayOnce = (job) => pool.play(job, signal);
    const left = jobs.values();
    const hand = async (): Promise<void> => {
      for (const job of left) await hearing.ended(await playAgain(job, once, retries));
    };
    await Promise.all(Array.from({ length: threads }, hand));
  } finally {
    await pool.close();
  }
}

/** So many threads; one is this one. */
export function threadEngine(threads: number): Engine {
  return {
    play: (jobs, hearing) => {
      const wanted = Math.min(threads, jobs.length);
      return wanted <= 1 ? playHere(jobs, hearing) : playInPool(jobs, wanted, hearing);
    },
  };
}
