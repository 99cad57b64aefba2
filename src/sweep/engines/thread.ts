// A thread of a pool: plays a job at a time. pool.ts starts it.

import { parentPort } from 'node:worker_threads';
import { failureOf } from '../engine.ts';
import type { Job } from '../job.ts';
import { playJob } from '../play.ts';
import type { Played } from './pool.ts';

/** What a pool calls, by this name. */
export async function play(job: Job): Promise<Played> {
  const progress = (share: number): void => parentPort?.postMessage({ name: job.name, share });
  try {
    return { results: await playJob(job, { progress }) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}
