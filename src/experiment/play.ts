// What comes of an experiment: a run under each of its seeds, its prices at their ends, policies of keep-alive over its trace.

import { RefusedArgument, expectInteger, expectObject } from '../check/index.ts';
import { UnreadableState } from '../graph/index.ts';
import {
  type PlanOptions,
  type ReplayRun,
  detailsOf,
  keepAlivesOf,
  playEnds,
  pricesOf,
  replayPlan,
  resultsOf,
  seedsOf,
  sensitivityOf,
} from '../replay/index.ts';
import { type Details, FORMATS, type Format, type Report, type Results } from '../report/index.ts';
import { RecordSpool } from '../report/node.ts';
import type { Trace } from '../trace/index.ts';
import { CheckpointError, Checkpoints, expectCheckpointAt } from './checkpoint.ts';
import {
  type Experiment,
  expectExperiment,
  experimentIn,
  experimentYaml,
  mapsOf,
  planOf,
  traceOfExperiment,
} from './experiment.ts';
import { identityOf } from './identity.ts';
import { stateFile } from './state-file.ts';

/** Of the trace's time. */
export const DEFAULT_EVERY_MINUTES = 10;

/** Where the state of a run is kept, and what it goes on from (docs/checkpoints.md). */
export interface CheckpointChoice {
  /** File that states are written to, each in place of the one before, and when the run is interrupted; absent: none is written. */
  readonly file?: string | undefined;
  /** Whole minutes of the trace's time from state to state; 10 if not said. */
  readonly everyMinutes?: number | undefined;
  /** File that the run goes on from, which may be the same: of this experiment, trace, program and core. */
  readonly resume?: string | undefined;
  /** Hears why a state could not be kept; the run goes on. */
  readonly missed?: ((what: string) => void) | undefined;
}

/** How an experiment is played; none of it makes other results. */
export interface ExperimentOptions extends Pick<
  PlanOptions,
  'jobs' | 'guestBytes' | 'signal' | 'progress'
> {
  /** Where its state is kept, and what it goes on from. */
  readonly checkpoint?: CheckpointChoice | undefined;
  /** Where rows of calls lie until they are written, if its outputs have `records`: beside `checkpoint.file`, if that is said. */
  readonly recordsIn?: string | undefined;
  /** Reads the trace of its first seed; `traceOfExperiment` if not said. */
  readonly trace?: (() => Promise<Trace>) | undefined;
  /** Hears that another run of all systems begins, of how many in all, and how many calls it has. */
  readonly again?: ((runs: number, calls: number) => void) | undefined;
  /** Hears how many calls policies of keep-alive have been tried on, of how many. */
  readonly told?: ((done: number, total: number) => void) | undefined;
}

/** An experiment that has been played. */
export interface PlayedExperiment extends Disposable {
  /** Under its first seed. */
  readonly run: ReplayRun;
  /** What `writeReport` writes. */
  readonly report: Report;
  /** Lets go of the files in which rows of calls lie, when they have been written. */
  close(): void;
}

/** Those that hold rows of calls. */
const TABLES: readonly string[] = ['csv', 'parquet'];

/** What an experiment's outputs are written by: with `records`, one that holds them is there. */
export function formatsOf({ outputs: { formats, records = false } }: Experiment): Format[] {
  const isLacking = records && !formats.some((name) => TABLES.includes(name));
  const names = isLacking ? [...formats, 'parquet'] : formats;
  return names.map((name) => FORMATS.find((one) => one.name === name) as Format);
}

/** An experiment on its way. */
interface Playing {
  readonly experiment: Experiment;
  readonly options: ExperimentOptions;
  readonly trace: Trace;
  readonly checkpoints: Checkpoints | undefined;
}

function hearing({ jobs, guestBytes, signal, progress }: ExperimentOptions): PlanOptions {
  return { jobs, guestBytes, signal, progress };
}

/** What the other seeds give beside the first, if there are others. */
async function seedsBeside(
  { experiment, options, checkpoints }: Playing,
  played: ReplayRun,
): Promise<Results['seeds']> {
  const [, ...others] = experiment.seeds ?? [];
  if (others.length === 0) return undefined;
  const runs = [resultsOf(played)];
  for (const seed of others) {
    const one = { ...experiment, seed };
    const plan = planOf(one);
    const keeper = checkpoints?.keeper(`seed ${seed}`, plan);
    const trace = await traceOfExperiment(one);
    options.again?.(1 + others.length, trace.invocations);
    const other = await replayPlan(trace, plan, { ...hearing(options), keeper });
    runs.push(resultsOf(other));
  }
  return seedsOf(runs);
}

/** How far prices move a run, as it was asked for. */
async function sensitivityTo(
  { experiment, options, trace, checkpoints }: Playing,
  played: ReplayRun,
): Promise<Results['sensitivity']> {
  const how = experiment.outputs.sensitivity;
  if (how === undefined) return undefined;
  const plan = planOf(experiment);
  const prices = pricesOf(plan.prices);
  if (how === 'counts') return sensitivityOf(played, prices);
  const before = experiment.seeds?.length ?? 1;
  const ends = await playEnds(played, prices, (price, ns, runs) => {
    const own = { ...plan.prices?.own, [price]: ns };
    const at = { ...plan, prices: { ...plan.prices, own } };
    const keeper = checkpoints?.keeper(`${price} of ${ns} ns`, at);
    options.again?.(before + runs, trace.invocations);
    return replayPlan(trace, at, { ...hearing(options), keeper });
  });
  return sensitivityOf(played, prices, ends);
}

/** Policies of keep-alive over the trace, where a format shows them. */
function keepAlivesTo({ experiment, options, trace }: Playing): Promise<Details['keepAlives']> {
  if (!formatsOf(experiment).some(({ hasKeepAlives }) => hasKeepAlives)) {
    return Promise.resolve(undefined);
  }
  return keepAlivesOf(trace, planOf(experiment), options.signal, options.told);
}

function recordsBeside(checkpoint: string): string {
  return `${checkpoint}.records`;
}

/** Rows of calls, as they come: beside the checkpoint, of which they are a part, or where it is said. */
function spoolOf({ outputs }: Experiment, options: ExperimentOptions): RecordSpool | undefined {
  if (outputs.records !== true) return undefined;
  const { file, resume } = options.checkpoint ?? {};
  const into = file === undefined ? options.recordsIn : recordsBeside(file);
  if (into === undefined) throw new RefusedArgument('recordsIn', 'a folder', into);
  return RecordSpool.kept(into, resume === undefined ? undefined : recordsBeside(resume));
}

function checkpointsOf(
  { file, resume, everyMinutes = DEFAULT_EVERY_MINUTES, missed }: CheckpointChoice,
  trace: Trace,
  experiment: Experiment,
): Checkpoints {
  const [from, to] = [resume, file].map((one) => (one === undefined ? one : stateFile(one)));
  expectInteger('checkpoint.everyMinutes', everyMinutes, 1);
  const options = { from, to, everyMinutes, missed: missed ?? (() => {}) };
  return new Checkpoints(options, identityOf(trace, experiment));
}

/** The run under the first seed. */
function playFirst(
  { experiment, options, trace, checkpoints }: Playing,
  records: RecordSpool | undefined,
): Promise<ReplayRun> {
  const plan = { ...planOf(experiment), maps: mapsOf(experiment) };
  const keeping =
    records === undefined || checkpoints === undefined
      ? { records, keeper: checkpoints?.keeper('the run', plan) }
      : checkpoints.recorded('the run', plan, records);
  return replayPlan(trace, plan, { ...hearing(options), ...keeping });
}

/** What is told of it; paths in it are from the folder that it is written into. */
function told(experiment: Experiment): Pick<Results, 'configuration'> & { experiment: string } {
  const there = experimentIn(experiment.outputs.folder ?? '.', experiment);
  return { configuration: { ...there }, experiment: experimentYaml(there) };
}

async function playTold(playing: Playing, records: RecordSpool | undefined): Promise<Told> {
  const { experiment } = playing;
  const run = await playFirst(playing, records);
  const seeds = await seedsBeside(playing, run);
  const sensitivity = await sensitivityTo(playing, run);
  const { configuration, experiment: text } = told(experiment);
  const results: Results = {
    ...resultsOf(run),
    ...(seeds !== undefined && { seeds }),
    ...(sensitivity !== undefined && { sensitivity }),
    configuration,
  };
  const keepAlives = await keepAlivesTo(playing);
  const details = { ...detailsOf(run, pricesOf(planOf(experiment).prices)), keepAlives };
  return { run, report: { results, details, experiment: text, records } };
}

type Told = Pick<PlayedExperiment, 'run' | 'report'>;

/**
 * Plays an experiment as `guestmem replay` does: under each seed, with sensitivity and rows of calls if its outputs have them, from a
 * checkpoint and with checkpoints. Rejects with `CheckpointError`, `TraceError`, `ReplayInterrupted`, `OutputError`, `RefusedArgument`.
 *
 * @example
 * const file = 'run.state';
 * const checkpoint = { file, everyMinutes: 120, resume: existsSync(file) ? file : undefined };
 * const { report } = await playExperiment(readExperiment('experiment.yaml'), { checkpoint });
 * await writeReport(report, FORMATS.filter(({ name }) => name === 'json'), 'out');
 */
export async function playExperiment(
  experiment: Experiment,
  options: ExperimentOptions = {},
): Promise<PlayedExperiment> {
  const { checkpoint } = expectObject('options', options);
  expectExperiment(experiment);
  if (checkpoint?.file !== undefined) expectCheckpointAt(stateFile(checkpoint.file));
  const records = spoolOf(experiment, options);
  const close = (): void => records?.close();
  try {
    const trace = await (options.trace ?? (() => traceOfExperiment(experiment)))();
    const checkpoints = checkpoint && checkpointsOf(checkpoint, trace, experiment);
    const playing: Playing = { experiment, options, trace, checkpoints };
    const played = await playTold(playing, records).finally(() => checkpoints?.write());
    return { ...played, close, [Symbol.dispose]: close };
  } catch (error) {
    close();
    if (!(error instanceof UnreadableState)) throw error;
    throw new CheckpointError(`${checkpoint?.resume}: ${error.message}`, { cause: error });
  }
}
