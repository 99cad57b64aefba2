// A replay on several cores: each system in one thread, over one trace and one compiled core.

import { TooManyGuests, compiledCore } from '../serverless/index.ts';
import type { Trace } from '../trace/index.ts';
import { expectInteger } from '../check/index.ts';
import { type Hand, type Hire, type Report, playAll } from './crew.ts';
import { type ErrorRecord, type HandData, errorOf } from './hand.ts';
import { type ReplayPlan, expectFunctions, optionsOf } from './plan.ts';
import { type ReplayOptions, replay, runOf, warmupMsOf } from './replay.ts';
import type { ReplayRun } from './run.ts';
import { startWall } from './wall.ts';

export interface PlanOptions extends Pick<ReplayOptions, 'progress' | 'signal' | 'records'> {
  /** Systems played at the same time, each in a thread of its own. Absent: as many as there are cores and systems. */
  readonly jobs?: number | undefined;
}

/** Threads as hands. Loaded here, when more than one is wanted: a browser has none of this kind. */
async function threads(data: HandData): Promise<Hire> {
  const { Worker } = await import('node:worker_threads');
  return (report): Hand => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: data });
    const gone = (error: unknown): void => report({ kind: 'gone', error });
    worker.on('message', (said: Report) => {
      if (said.kind !== 'failed') report(said);
      else report({ ...said, error: errorOf(said.error as ErrorRecord) });
    });
    worker.on('error', gone);
    worker.on('exit', (code) => gone(new Error(`a thread of the replay ended with code ${code}`)));
    return {
      give: (order) => worker.postMessage(order),
      dismiss: () => worker.terminate(),
    };
  };
}

async function coresOf(): Promise<number> {
  const { availableParallelism } = await import('node:os');
  return availableParallelism();
}

/** Plays a plan; the results are the same for any number of jobs. One job plays in this thread. */
export async function replayPlan(
  trace: Trace,
  plan: ReplayPlan,
  options: PlanOptions = {},
): Promise<ReplayRun> {
  const { progress, signal, records } = options;
  const said = optionsOf(plan);
  expectFunctions(trace, plan);
  const asked = expectInteger('jobs', options.jobs ?? (await coresOf()), 1);
  const jobs = Math.min(asked, plan.systems.length);
  if (jobs <= 1) return replay(trace, { ...said, progress, signal, records });
  const elapsedMs = startWall();
  warmupMsOf(trace, said);
  const hire = await threads({
    trace,
    plan,
    core: compiledCore('release'),
    isRecorded: records !== undefined,
  });
  const outcomes = await playAll(plan.systems.length, hire, {
    jobs,
    signal,
    records: (system, rows) => records?.add(system, rows),
    progress: (index, share) => progress?.(plan.systems[index] as string, share),
  });
  const isCrowded = outcomes.some((one) => 'error' in one && one.error instanceof TooManyGuests);
  // addresses are the process's: one after the other, each system has all of them
  if (isCrowded) {
    records?.restart();
    return replay(trace, { ...said, progress, signal, records });
  }
  return runOf(trace, said, outcomes, elapsedMs());
}
