// guestmem replay: a trace through the systems, and what came of it in the formats asked for.

import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { FRAME_BYTES, MS_PER_MINUTE } from '../abi/unit.ts';
import { RefusedArgument } from '../check/index.ts';
import {
  type Able,
  CheckpointError,
  Checkpoints,
  type Experiment,
  expectCheckpointAt,
  expectFits,
  experimentIn,
  experimentYaml,
  leftOutLine,
  mapsOf,
  peakResidentBytes,
  planOf,
  stateFile,
  traceOfExperiment,
} from '../experiment/index.ts';
import {
  DEFAULT_FUNCTIONS,
  DEFAULT_GROWTH,
  FUNCTION_MODELS,
  DEFAULT_HOST_PLACEMENT,
  DEFAULT_IDLE,
  DEFAULT_PLACEMENT,
  DEFAULT_WHEN_FULL,
  GuestTooLarge,
  type PlanOptions,
  type ReplayRun,
  TooManyGuests,
  coreVersion,
  detailsOf,
  keepAlivesOf,
  repairsOf,
  playEnds,
  pricesOf,
  replayPlan,
  seedsOf,
  sensitivityOf,
  resultsOf,
} from '../replay/index.ts';
import {
  type Details,
  FORMATS,
  type Format,
  type Report,
  type Results,
  resultsJson,
  shortageLines,
} from '../report/index.ts';
import { RecordSpool, type Written, openOutput, writeReport } from '../report/node.ts';
import { UnreadableState } from '../graph/index.ts';
import { type Trace, TraceError } from '../trace/index.ts';
import { expectAddresses } from './addresses.ts';
import { mayHelp } from './again.ts';
import { COLUMNS_HELP, frames, wholeNumber } from './argument.ts';
import { type ExperimentFlags, expectMeasured, experimentOf, whereSaid } from './asked.ts';
import { whileBusy } from './busy.ts';
import {
  type CheckpointAsked,
  type CheckpointFlags,
  DEFAULT_EVERY,
  checkpointOf,
  keptIn,
  openCheckpoints,
  spoolOf,
} from './checkpoint.ts';
import { effectLines } from './effects.ts';
import { SystemsMissing, UsageError } from './fault.ts';
import { expectKnown, expectMapped } from './in-trace.ts';
import { type Progress, startProgress } from './progress.ts';
import { interruptible } from './signals.ts';
import { complain, print, watched } from './terminal.ts';
import { STRICT_HELP, refuseRepaired, toldFiles } from './trace-input.ts';
import { packageVersion } from './version.ts';
import { wroteLine } from './wrote.ts';

const DEFAULT_OUT = 'guestmem-out';
/** A process of 2 GiB, the rest of a large replay included; memory that was never touched costs more than packing (page 94). */
const DEFAULT_GUEST_MEMORY = '1GiB';

interface ReplayFlags extends ExperimentFlags, CheckpointFlags {
  readonly force?: boolean;
  readonly jobs?: string;
  readonly guestMemory?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly strict?: boolean;
}

interface Asked {
  /** An experiment's file, or a trace's. */
  readonly path: string | undefined;
  readonly experiment: Experiment;
  readonly leftOut: Able['leftOut'];
  readonly flags: ReplayFlags;
  readonly jobs: number | undefined;
  /** Of each system that is played at the same time. */
  readonly guestBytes: number;
  readonly checkpoint: CheckpointAsked | undefined;
}

/** The trace. What is wrong with it as a whole is told with the place of its name, if an experiment has it. */
async function traceOf({ path, experiment, flags }: Asked): Promise<Trace> {
  const from = experiment.trace.path;
  try {
    return await whileBusy(watched(flags), (busy) =>
      traceOfExperiment(
        experiment,
        from === undefined ? undefined : busy && toldFiles(from, busy.counting('bytes')),
      ),
    );
  } catch (error) {
    const isWhole = error instanceof TraceError && error.file === experiment.trace.path;
    const option = { name: '', isGiven: !isWhole };
    const place = whereSaid(path, option, ['trace', 'path']) || whereSaid(path, option, ['trace']);
    throw place === '' ? error : new UsageError(`${place}: ${(error as Error).message}`);
  }
}

function atOnce({ systems }: Experiment, jobs: number = availableParallelism()): number {
  return Math.min(jobs, systems.length);
}

/** What ends a run from outside, what it leaves then, and who watches it. */
interface Heard {
  readonly signal: AbortSignal;
  readonly checkpoints: Checkpoints | undefined;
  readonly progress: Progress;
}

interface Played {
  readonly played: ReplayRun;
  readonly seeds: Results['seeds'];
  readonly sensitivity: Results['sensitivity'];
  readonly keepAlives: Details['keepAlives'];
}

function hearing({ signal, progress }: Heard): Pick<PlanOptions, 'signal' | 'progress'> {
  return { signal, progress: (system, share) => progress.update(system, share) };
}

/** What the other seeds give beside the first, if there are others. */
async function seedsBeside(
  { experiment, jobs, guestBytes }: Asked,
  played: ReplayRun,
  heard: Heard,
): Promise<Results['seeds']> {
  const [, ...others] = experiment.seeds ?? [];
  if (others.length === 0) return undefined;
  const runs = [resultsOf(played)];
  for (const seed of others) {
    const one = { ...experiment, seed };
    const plan = planOf(one);
    const keeper = heard.checkpoints?.keeper(`seed ${seed}`, plan);
    const trace = await traceOfExperiment(one);
    heard.progress.again(1 + others.length, trace.invocations);
    const options = { jobs, guestBytes, keeper, ...hearing(heard) };
    const other = await replayPlan(trace, plan, options);
    runs.push(resultsOf(other));
  }
  return seedsOf(runs);
}

/** How far prices move a run, as it was asked for. */
async function sensitivityTo(
  { experiment, jobs, guestBytes }: Asked,
  trace: Trace,
  played: ReplayRun,
  heard: Heard,
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
    const keeper = heard.checkpoints?.keeper(`${price} of ${ns} ns`, at);
    heard.progress.again(before + runs, trace.invocations);
    return replayPlan(trace, at, { jobs, guestBytes, keeper, ...hearing(heard) });
  });
  return sensitivityOf(played, prices, ends);
}

/** Policies of keep-alive over the trace, where a format shows them. */
async function keepAlivesTo(
  { experiment, flags }: Asked,
  trace: Trace,
  signal: AbortSignal,
): Promise<Details['keepAlives']> {
  if (!formatsOf(experiment).some(({ hasKeepAlives }) => hasKeepAlives)) return undefined;
  const plan = planOf(experiment);
  return whileBusy(watched(flags), (busy) =>
    keepAlivesOf(trace, plan, signal, busy?.counting('calls')),
  );
}

/** Replays with a progress bar. Formats are checked by now, and the folder is open. */
async function play(
  asked: Asked,
  signal: AbortSignal,
  records: RecordSpool | undefined,
): Promise<Played> {
  const { experiment, flags, jobs, guestBytes } = asked;
  const plan = { ...planOf(experiment), maps: mapsOf(experiment) };
  const trace = await traceOf(asked);
  expectMeasured(asked.path, flags, experiment, trace.spanMs / MS_PER_MINUTE);
  expectKnown(asked.path, experiment, trace);
  expectMapped(asked.path, flags, experiment, trace);
  for (const line of effectLines(asked, trace)) complain(`guestmem: ${line}`);
  expectFits(trace, plan, atOnce(experiment, jobs), guestBytes);
  expectAddresses(atOnce(experiment, jobs));
  if (flags.strict === true) {
    // memory is raised for functions that say less than their runtime alone takes: that is the model's, and no fault of a trace
    const { memoryRaised: _, ...repairs } = repairsOf(trace);
    refuseRepaired(trace, repairs, experiment.trace.path);
  }
  const checkpoints = asked.checkpoint && openCheckpoints(asked.checkpoint, trace, experiment);
  const amount = { systems: plan.systems.length, calls: trace.invocations };
  const progress = startProgress(amount, flags.quiet === true);
  const heard: Heard = { signal, checkpoints, progress };
  try {
    const played = await replayPlan(trace, plan, {
      jobs,
      guestBytes,
      ...hearing(heard),
      ...(records === undefined || checkpoints === undefined
        ? { records, keeper: checkpoints?.keeper('the run', plan) }
        : checkpoints.recorded('the run', plan, records)),
    });
    const seeds = await seedsBeside(asked, played, heard);
    const sensitivity = await sensitivityTo(asked, trace, played, heard);
    progress.stop();
    return { played, seeds, sensitivity, keepAlives: await keepAlivesTo(asked, trace, signal) };
  } catch (error) {
    if (error instanceof UnreadableState) {
      throw new CheckpointError(`${asked.checkpoint?.resume}: ${error.message}`, { cause: error });
    }
    throw error;
  } finally {
    progress.stop();
    checkpoints?.write();
  }
}

/** A run that another start of the command may bring further than this one is none yet. */
function expectFinal({ missing }: ReplayRun): void {
  for (const { error } of missing) {
    if (error instanceof TooManyGuests && mayHelp(error.made)) throw error;
  }
}

/** What of a record says where it comes from. */
function originOf(configuration: Experiment): Pick<Results, 'configuration' | 'made'> {
  const { abi, hash } = coreVersion('release');
  const versions = { guestmem: packageVersion(), abi, core: hash };
  const command = ['guestmem', ...process.argv.slice(2)];
  const made = { command, versions, peakResidentBytes: peakResidentBytes() };
  return { configuration: { ...configuration }, made };
}

function reportOf(
  { played, seeds, sensitivity, keepAlives }: Played,
  made: Experiment,
  leftOut: Able['leftOut'],
): Report {
  return {
    results: {
      ...resultsOf(played),
      ...(leftOut.length > 0 && { leftOut: [...leftOut] }),
      ...(seeds !== undefined && { seeds }),
      ...(sensitivity !== undefined && { sensitivity }),
      ...originOf(made),
    },
    details: { ...detailsOf(played, pricesOf(planOf(made).prices)), keepAlives },
    experiment: experimentYaml(made),
  };
}

async function run(path: string | undefined, flags: ReplayFlags): Promise<void> {
  const jobs = flags.jobs === undefined ? undefined : wholeNumber('--jobs', flags.jobs, 1);
  const { experiment, leftOut } = experimentOf(path, flags);
  const checkpoint = checkpointOf(flags);
  const { guestMemory = DEFAULT_GUEST_MEMORY } = flags;
  const memory = frames('--guest-memory', guestMemory) * FRAME_BYTES;
  const guestBytes = memory / atOnce(experiment, jobs);
  const line = leftOutLine(experiment.policies.idle, leftOut);
  if (line !== undefined) complain(`guestmem: ${line}`);
  const asked: Asked = { path, experiment, leftOut, flags, jobs, guestBytes, checkpoint };
  await interruptible(async (signal) => tell(asked, await playInto(asked, signal)), {
    kept: () => keptIn(checkpoint),
  });
}

/** What a run has come to. Throws SystemsMissing. */
function tell({ experiment, flags }: Asked, { played, report, written }: Finished): void {
  if (flags.json === true) print(resultsJson(report.results));
  else if (flags.quiet !== true) print(`${written.text}${wroteLine(written.paths)}`);
  // the table has it
  const isTold = flags.quiet !== true && experiment.outputs.formats.includes('table');
  const untold = flags.json === true || isTold ? [] : shortageLines(report.results);
  for (const shortage of untold) complain(`guestmem: ${shortage}`);
  if (played.missing.length > 0) throw new SystemsMissing(played.missing);
}

/** Those that hold rows of calls. */
const TABLES: readonly string[] = ['csv', 'parquet'];

function formatsOf({ outputs: { formats, records = false } }: Experiment): Format[] {
  const isLacking = records && !formats.some((name) => TABLES.includes(name));
  const names = isLacking ? [...formats, 'parquet'] : formats;
  return names.map((name) => FORMATS.find((one) => one.name === name) as Format);
}

/** What no guest or host can be made of: only the replay knows how large those come to be. */
function refusalOf({ path }: Asked, error: unknown): unknown {
  if (!(error instanceof RefusedArgument || error instanceof GuestTooLarge)) return error;
  return new UsageError(`${path ?? 'replay'}: ${error.message}`, { cause: error });
}

/** A run, what is told of it, and what was written. */
interface Finished {
  readonly played: ReplayRun;
  readonly report: Report;
  readonly written: Written;
}

/** Opens the folder, plays, writes; the folder is as it was if that fails. */
async function playInto(asked: Asked, signal: AbortSignal): Promise<Finished> {
  const { experiment, flags } = asked;
  const formats = formatsOf(experiment);
  const out = experiment.outputs.folder ?? DEFAULT_OUT;
  if (asked.checkpoint?.path !== undefined) expectCheckpointAt(stateFile(asked.checkpoint.path));
  const folder = openOutput(formats, out, flags.force);
  const isRecorded = experiment.outputs.records === true && folder !== undefined;
  let records: RecordSpool | undefined;
  try {
    if (isRecorded) records = spoolOf(folder, asked.checkpoint);
    const whole = await play(asked, signal, records).catch((error: unknown) => {
      throw refusalOf(asked, error);
    });
    expectFinal(whole.played);
    const told = reportOf(whole, experimentIn(out, experiment), asked.leftOut);
    const report = { ...told, records };
    const written = await whileBusy(watched(flags), (busy) =>
      writeReport({ ...report, told: busy?.counting('pictures') }, formats, folder ?? out),
    );
    return { played: whole.played, report, written };
  } finally {
    records?.close();
    folder?.close();
  }
}

/** A command with the options of hosts. */
function onHosts(command: Command): Command {
  return command
    .option('--hosts <n>', 'how many hosts there are (default: 1)')
    .option('--host-memory <size>', 'memory of each host (default: 384GiB)')
    .option(
      '--host-placement <policy>',
      `which host gets a container (default: ${DEFAULT_HOST_PLACEMENT})`,
    )
    .option(
      '--when-full <policies>',
      `what is tried, in order, when hosts are full: evict, ask, kill, and queue or refuse at the end (default: ${DEFAULT_WHEN_FULL})`,
    )
    .option(
      '--contention <on|off>',
      'whether VMs that start on a host at the same time wait for each other (default: on)',
    )
    .option(
      '--interference <on|off>',
      "whether work of a VM's devices slows down the calls that run in it (default: on)",
    )
    .option('--vm-cpus <n>', 'virtual CPUs of a VM of mcpv-* (default: 4)')
    .option(
      '--host-cache <kind>',
      "guests' files on the host: shared (not charged), double (charged), dax (mapped by the guests); default: shared",
    );
}

/** A command with the options of what comes of it. */
function toldIn(command: Command): Command {
  const known = FORMATS.map(({ name }) => name).join(', ');
  return command
    .option(
      '--sensitivity [how]',
      'how far each price at its ends moves the results: from the counts of the run, or with replay: runs at the ends of all that move the clock',
    )
    .option(
      '--records',
      'write a row a call too, in the formats csv and parquet (default: parquet)',
    )
    .option(
      '--maps <moments>',
      'memory maps of the report: how many moments, or times of the trace, commas between; 0: none (default: 8)',
    )
    .option(
      '--maps-of <function>',
      'whose VMs they show, by its name in the trace (default: the one with the most work)',
    )
    .option(
      '--format <names>',
      `what to write, commas between: ${known} (default: table,json,html)`,
    )
    .option('--out <folder>', `where files go (default: ${DEFAULT_OUT})`)
    .option(
      '--jobs <n>',
      'systems played at the same time; results are the same (default: as many as cores)',
    )
    .option(
      '--guest-memory <size>',
      `memory of this process for the tables of guests; those not in use are packed beyond it, results are the same (default: ${DEFAULT_GUEST_MEMORY})`,
    )
    .option(
      '--checkpoint <file>',
      'keep there what the run can go on from, also when it is interrupted',
    )
    .option('--every <time>', `how often, in the trace's time (default: ${DEFAULT_EVERY})`)
    .option('--resume <file>', 'go on from a checkpoint of the same run')
    .option('--strict', STRICT_HELP)
    .option('--force', 'replace files in that folder which guestmem did not write')
    .option('--json', 'print the results as JSON, and nothing else, on stdout')
    .option('--quiet', 'print neither table nor progress; calls refused are told all the same');
}

export function replayCommand(): Command {
  const command = new Command('replay')
    .argument(
      '[trace]',
      'folder or file of a trace, or an experiment (.yaml); without one, the built-in synthetic hour',
    )
    .option('--system <names>', 'systems to compare, separated by commas (default: all)')
    .option(
      '--seed <n>',
      'seed of every draw, or several, commas between: each is played (default: 1)',
    )
    .option('--minutes <n>', 'replay only the first minutes of the trace')
    .option('--columns <map>', COLUMNS_HELP)
    .option(
      '--warmup <minutes>',
      'minutes at the begin that are played but not measured (default: 0)',
    )
    .option(
      '--functions <model>',
      `where profiles of functions come from: ${FUNCTION_MODELS.join(' or ')} (docs/functions.md; default: ${DEFAULT_FUNCTIONS})`,
    )
    .option(
      '--keep-alive <policy>',
      'how long an idle container is kept: a time, or a policy (default: 10m)',
    )
    .option(
      '--idle <policy>',
      `what is done with VMs whose containers are idle: ${DEFAULT_IDLE}, park:TIME or suspend:TIME (default: ${DEFAULT_IDLE})`,
    )
    .option(
      '--placement <policy>',
      `which VM of mcpv-* gets the next container (default: ${DEFAULT_PLACEMENT})`,
    )
    .option(
      '--growth <policy>',
      `how zones of mcpv-czone begin and grow (default: ${DEFAULT_GROWTH})`,
    )
    .option(
      '--idle-reclaim [time]',
      'take what idle containers of mcpv-czone do not use after this time, or never (default: never; without a time: 1s)',
    )
    .option(
      '--prices <what>',
      'low, typical or high: what the clock goes by; a file of your own prices (.yaml); or both, a comma between',
    );
  return toldIn(onHosts(command)).action(run);
}
