// A thread of a pool: plays a job at a time. pool.ts starts it.

import { parentPort } from 'node:worker_threads';
import { type StatePlace, stateFile } from '../../experiment/index.ts';
import { failureOf } from '../engine.ts';
import { playJob } from '../play.ts';
import type { Kept, Played, Share, Task } from './pool.ts';

function tell(said: Share | Kept): void {
  parentPort?.postMessage(said);
}

function placeOf({ job: { name }, keeping }: Task): StatePlace {
  if (keeping.path !== undefined) return stateFile(keeping.path);
  return {
    name,
    read: () => keeping.kept,
    write: (kept) => tell({ name, kept }),
  };
}

/** What a pool calls, by this name. */
export async function play(task: Task): Promise<Played> {
  const { job } = task;
  const progress = (share: number, isResumed: boolean): void =>
    tell({ name: job.name, share, isResumed });
  try {
    return { results: await playJob(job, { progress, place: placeOf(task) }) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}
