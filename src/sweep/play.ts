// Plays one job: the only door from a sweep to a replay.

import { MS_PER_S } from '../abi/unit.ts';
import {
  CheckpointError,
  Checkpoints,
  type StatePlace,
  expectFits,
  peakResidentBytes,
  planOf,
  traceOfExperiment,
} from '../experiment/index.ts';
import { UnreadableState } from '../graph/index.ts';
import {
  ReplayInterrupted,
  type ReplayPlan,
  type ReplayRun,
  replayPlan,
  resultsOf,
} from '../replay/index.ts';
import type { Results } from '../report/index.ts';
import type { Trace } from '../trace/index.ts';
import { type Job, JobError } from './job.ts';
import { hashOfTrace, stampOfTrace } from './trace-hash.ts';

export interface PlayOptions {
  readonly signal?: AbortSignal | undefined;
  /** `isResumed`: the job did not begin in this process, or at this try. */
  readonly progress?: ((share: number, isResumed: boolean) => void) | undefined;
  /** Where the job's state is kept while it plays, and where it goes on from. */
  readonly place?: StatePlace | undefined;
}

/** A job that took no longer is played again rather than kept. */
const LEAST_MS = 2 * MS_PER_S;

/** The trace that was played last: neighbours in a sweep mostly share theirs. */
let last: { readonly of: string; readonly trace: Trace } | undefined;

/** Traces whose hash is known, and what their files were like then. */
const checked = new Map<string, { readonly stamp: string; readonly hash: string }>();

async function expectTrace({ experiment, traceHash }: Job): Promise<void> {
  const { path } = experiment.trace;
  if (path === undefined || traceHash === undefined) return;
  const stamp = stampOfTrace(path);
  const known = checked.get(path);
  const hash = known?.stamp === stamp ? known.hash : await hashOfTrace(path);
  if (hash !== traceHash) {
    throw new JobError(`${path}: expected the trace of hash ${traceHash}, found ${hash}`);
  }
  checked.set(path, { stamp, hash });
}

async function traceOf(job: Job): Promise<Trace> {
  await expectTrace(job);
  const { trace, seed, minutes } = job.experiment;
  const of = JSON.stringify([trace, job.traceHash, seed, minutes]);
  if (last?.of === of) return last.trace;
  const read = await traceOfExperiment(job.experiment);
  await expectTrace(job); // it is still the one that was read
  last = { of, trace: read };
  return read;
}

/** What is kept of a job; what is there and cannot be gone on from is as if it were not there. */
function checkpointsIn(place: StatePlace, job: Job, mayGoOn: boolean): Checkpoints {
  const options = { to: place, everyMinutes: 1, leastMs: LEAST_MS, missed: () => {} };
  const of = { job: job.name };
  if (!mayGoOn || place.read() === undefined) return new Checkpoints(options, of);
  try {
    return new Checkpoints({ ...options, from: place }, of);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return checkpointsIn(place, job, false);
  }
}

async function playOnce(
  job: Job,
  trace: Trace,
  { signal, progress, place }: PlayOptions,
  mayGoOn: boolean,
): Promise<ReplayRun> {
  const plan: ReplayPlan = planOf(job.experiment);
  const checkpoints = place && checkpointsIn(place, job, mayGoOn);
  const isResumed = checkpoints?.isResumed === true;
  const shares = new Map<string, number>();
  try {
    return await replayPlan(trace, plan, {
      jobs: 1,
      signal,
      keeper: checkpoints?.keeper('the job', plan),
      progress: (system, share) => {
        const done = [...shares.set(system, share).values()].reduce((sum, one) => sum + one, 0);
        progress?.(done / plan.systems.length, isResumed);
      },
    });
  } catch (error) {
    if (error instanceof ReplayInterrupted) checkpoints?.write();
    throw error;
  }
}

/** What came of a job. Throws what a replay throws; a system that did not come to its end is an error of the whole. */
export async function playJob(job: Job, options: PlayOptions = {}): Promise<Results> {
  const trace = await traceOf(job);
  expectFits(trace, planOf(job.experiment), 1);
  const played = await playOnce(job, trace, options, true).catch((error: unknown) => {
    if (!(error instanceof UnreadableState)) throw error;
    return playOnce(job, trace, options, false);
  });
  const [missing] = played.missing;
  if (missing !== undefined) throw missing.error;
  const { guestmem, abi, core } = job.program;
  const { outputs: _told, ...configuration } = job.experiment;
  const command = ['guestmem', 'replay', 'experiment.yaml'];
  return {
    ...resultsOf(played),
    configuration,
    made: { command, versions: { guestmem, abi, core }, peakResidentBytes: peakResidentBytes() },
  };
}
