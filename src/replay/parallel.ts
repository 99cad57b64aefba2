// A replay on several cores: each system in one thread, over one trace and one compiled core.

import { builtin, expectInteger, expectObject } from '../check/index.ts';
import { UnreadableState } from '../graph/index.ts';
import { TooManyGuests, compiledCore } from '../serverless/index.ts';
import type { Trace } from '../trace/index.ts';
import { type Hand, type Hire, type Report, playAll } from './crew.ts';
import { type ErrorRecord, type HandData, errorOf } from './hand.ts';
import { mapsOf } from './map-meter.ts';
import { type ReplayPlan, expectFunctions, optionsOf } from './plan.ts';
import { type ReplayOptions, replay, runOf, warmupMsOf } from './replay.ts';
import type { ReplayRun } from './run.ts';
import { startWall } from './wall.ts';
import { workerPlace } from './worker-place.ts';

/** How a plan is played: how many at a time, and who hears of it. */
export interface PlanOptions extends Pick<
  ReplayOptions,
  'progress' | 'signal' | 'records' | 'keeper' | 'guestBytes'
> {
  /** Systems played at the same time, each in a thread of its own. Absent: as many as there are cores and systems. */
  readonly jobs?: number | undefined;
}

type Threads = NonNullable<ReturnType<typeof builtin<'node:worker_threads'>>>;

/** Threads as hands. */
function threads({ Worker }: Threads, data: HandData): Hire {
  return (report): Hand => {
    const worker = new Worker(workerPlace(), { workerData: data });
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

function coresOf(): number {
  return builtin('node:os')?.availableParallelism() ?? 1;
}

/**
 * Plays a plan; the results are the same for any number of jobs. One job plays in this thread, and so do all where there are no
 * threads of Node's kind, as in a browser.
 */
export async function replayPlan(
  trace: Trace,
  plan: ReplayPlan,
  options: PlanOptions = {},
): Promise<ReplayRun> {
  const { progress, signal, records, keeper, guestBytes } = expectObject('options', options);
  const heard = { progress, signal, records, keeper, guestBytes };
  const said = optionsOf(plan);
  expectFunctions(trace, plan);
  const asked = expectInteger('jobs', options.jobs ?? coresOf(), 1);
  const jobs = Math.min(asked, plan.systems.length);
  const kit = builtin('node:worker_threads');
  if (jobs <= 1 || kit === undefined) return replay(trace, { ...said, ...heard });
  const elapsedMs = startWall();
  const warmupMs = warmupMsOf(trace, said);
  if (said.maps !== undefined) mapsOf(said.maps, trace, warmupMs);
  const hire = threads(kit, {
    trace,
    plan,
    core: compiledCore('release'),
    isRecorded: records !== undefined,
    everyMinutes: keeper?.everyMinutes,
    guestBytes,
  });
  const outcomes = await playAll(plan.systems.length, hire, {
    jobs,
    signal,
    keeper,
    records: (system, rows) => records?.add(system, rows),
    progress: (index, share) => progress?.(plan.systems[index] as string, share),
  });
  const isCrowded = outcomes.some((one) => 'error' in one && one.error instanceof TooManyGuests);
  // addresses are the process's: one after the other, each system has all of them
  if (isCrowded) {
    records?.restart();
    return replay(trace, { ...said, ...heard });
  }
  const foreign = outcomes.find((one) => 'error' in one && one.error instanceof UnreadableState);
  if (foreign !== undefined && 'error' in foreign) throw foreign.error;
  return runOf(trace, said, outcomes, elapsedMs());
}
