// A worker of many: takes jobs from a server and plays them in threads, so that its own is free to keep its claims alive. When it
// dies its claims end after a while, and other workers take up what it had, from the last state of it that lies on the server.

import type { Job as Claim } from 'bullmq';
import { once } from 'node:events';
import { COUNT, FLAG, FUNCTION, expectShape, expectText } from '../../check/index.ts';
import { ReplayInterrupted } from '../../replay/index.ts';
import { goingOn } from '../engine.ts';
import { type Job, parseJob } from '../job.ts';
import { connect, packed, queueName } from './connection.ts';
import { openPool } from './pool.ts';
import { openStates } from './redis-states.ts';
import type { Offer } from './redis.ts';

/** How often a job may lose its worker: machines that go are no fault of it. */
const LOST_MOST = 100;

/** How a worker works. */
export interface WorkerOptions {
  /** Jobs at the same time, a thread each. */
  readonly threads: number;
  /** After which a claim that was not renewed is another worker's. */
  readonly claimMs: number;
  /** Ends it: what it has begun goes back. */
  readonly signal: AbortSignal;
  /** Hears of each job; why it failed, if it did. */
  readonly ended: (job: Job, reason: string | undefined) => void;
  /** A word for whoever looks. */
  readonly tell: (line: string) => void;
}

const OPTIONS = {
  threads: COUNT,
  claimMs: COUNT,
  signal: { aborted: FLAG, addEventListener: FUNCTION },
  ended: FUNCTION,
  tell: FUNCTION,
} as const;

/**
 * Plays jobs of a server of Redis or Valkey (`guestmem worker redis://HOST:PORT`) until it is told to stop; what it has begun goes
 * back. Throws EngineError when the server, bullmq or ioredis cannot be had.
 */
export async function serveRedis(url: string, options: WorkerOptions): Promise<void> {
  expectText('url', url);
  expectShape('options', options, OPTIONS);
  const { threads, claimMs, signal, ended, tell } = options;
  const { bullmq, connection } = await connect(url);
  const states = await openStates(url, tell);
  const told = new Set<string>();
  const pool = await openPool(threads, {
    progress: ({ name, share, isResumed }) => {
      if (isResumed && !told.has(name)) tell(goingOn({ name }, share));
      told.add(name);
    },
    kept: ({ name, kept }) => states.keep(name, kept),
  });
  const play = async (claim: Claim<Offer, string>, token?: string): Promise<string> => {
    const job = parseJob(claim.data.text, 'job');
    told.delete(job.name);
    try {
      const kept = await states.of(job.name);
      const played = await pool.play({ job, keeping: { kept } }, signal);
      if ('results' in played) {
        ended(job, undefined);
        return packed(played.results);
      }
      ended(job, played.failure.reason);
      throw new Error(played.failure.reason);
    } catch (error) {
      if (!(error instanceof ReplayInterrupted)) throw error;
      await claim.moveToWait(token);
      throw new bullmq.WaitingError();
    }
  };
  const worker = new bullmq.Worker<Offer, string>(queueName(), play, {
    connection,
    concurrency: threads,
    lockDuration: claimMs,
    stalledInterval: claimMs,
    maxStalledCount: LOST_MOST,
  });
  worker.on('error', () => {}); // a server that is away for a while is waited for
  worker.on('completed', ({ id = '' }) => states.forget(id));
  try {
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await worker.close();
    await pool.close();
    await states.close();
  }
}
