// The engine that needs nothing: threads of this process.

import { expectInteger } from '../../check/index.ts';
import { ReplayInterrupted } from '../../replay/index.ts';
import { stateFile } from '../../experiment/index.ts';
import {
  type Engine,
  type Hearing,
  type Outcome,
  expectPlayable,
  failureOf,
  goingOn,
} from '../engine.ts';
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

type Progress = (job: Job, share: number, isResumed: boolean) => void;

/** Progress, and a word of each job that does not begin at the begin. */
function progressTo({ progress, tell }: Hearing): Progress {
  const told = new Set<Job>();
  return (job, share, isResumed) => {
    if (isResumed && !told.has(job)) tell(goingOn(job, share));
    told.add(job);
    progress(job, share);
  };
}

/** One after the other, in this thread. */
async function playHere(jobs: readonly Job[], hearing: Hearing): Promise<void> {
  const { retries, signal, stateOf } = hearing;
  const hear = progressTo(hearing);
  const once: PlayOnce = async (job) => {
    try {
      const progress = (share: number, isResumed: boolean): void => hear(job, share, isResumed);
      const place = stateFile(stateOf(job));
      return { results: await playJob(job, { signal, progress, place }) };
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
  const { retries, signal, stateOf } = hearing;
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const hear = progressTo(hearing);
  const pool = await openPool(threads, {
    progress: ({ name, share, isResumed }) => hear(byName.get(name) as Job, share, isResumed),
  });
  try {
    const once: PlayOnce = (job) => pool.play({ job, keeping: { path: stateOf(job) } }, signal);
    const left = jobs.values();
    const hand = async (): Promise<void> => {
      for (const job of left) await hearing.ended(await playAgain(job, once, retries));
    };
    await Promise.all(Array.from({ length: threads }, hand));
  } finally {
    await pool.close();
  }
}

/** Threads of one process: far more than it has room for. */
const THREADS_MAX = 1000;

/** Plays jobs in so many threads of this process; one is this one. Throws RefusedArgument for less than 1. */
export function threadEngine(threads: number): Engine {
  expectInteger('threads', threads, 1, THREADS_MAX);
  return {
    play: async (jobs, hearing) => {
      expectPlayable(jobs, hearing);
      const wanted = Math.min(threads, jobs.length);
      return wanted <= 1 ? playHere(jobs, hearing) : playInPool(jobs, wanted, hearing);
    },
  };
}
