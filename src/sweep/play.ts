// Plays one job: the only door from a sweep to a replay.

import { expectFits, peakResidentBytes, planOf, traceOfExperiment } from '../experiment/index.ts';
import { replayPlan, resultsOf } from '../replay/index.ts';
import type { Results } from '../report/index.ts';
import type { Trace } from '../trace/index.ts';
import { type Job, JobError } from './job.ts';
import { hashOfTrace } from './trace-hash.ts';

export interface PlayOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((share: number) => void) | undefined;
}

/** The trace that was played last: neighbours in a sweep mostly share theirs. */
let last: { readonly of: string; readonly trace: Trace } | undefined;

/** Files whose hash is known, by what it is. */
const checked = new Map<string, string>();

async function expectTrace({ experiment, traceHash }: Job): Promise<void> {
  const { path } = experiment.trace;
  if (path === undefined || traceHash === undefined || checked.get(path) === traceHash) return;
  const found = await hashOfTrace(path);
  if (found !== traceHash) {
    throw new JobError(`${path}: expected the trace of hash ${traceHash}, found ${found}`);
  }
  checked.set(path, found);
}

async function traceOf(job: Job): Promise<Trace> {
  await expectTrace(job);
  const { trace, seed, minutes } = job.experiment;
  const of = JSON.stringify([trace, job.traceHash, seed, minutes]);
  if (last?.of !== of) last = { of, trace: await traceOfExperiment(job.experiment) };
  return last.trace;
}

/** What came of a job. Throws what a replay throws; a system that did not come to its end is an error of the whole. */
export async function playJob(job: Job, options: PlayOptions = {}): Promise<Results> {
  const { signal, progress } = options;
  const plan = planOf(job.experiment);
  const shares = new Map<string, number>();
  const trace = await traceOf(job);
  expectFits(trace, plan, 1);
  const played = await replayPlan(trace, plan, {
    jobs: 1,
    signal,
    progress: (system, share) => {
      const done = [...shares.set(system, share).values()].reduce((sum, one) => sum + one, 0);
      progress?.(done / plan.systems.length);
    },
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
