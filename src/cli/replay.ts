// guestmem replay: a trace through the systems, and what came of it in the formats asked for.

import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { FRAME_BYTES, MS_PER_MINUTE } from '../abi/unit.ts';
import { RefusedArgument } from '../check/index.ts';
import {
  type Able,
  type CheckpointChoice,
  type Experiment,
  type PlayedExperiment,
  expectFits,
  formatsOf,
  leftOutLine,
  peakResidentBytes,
  planOf,
  playExperiment,
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
  type ReplayRun,
  TooManyGuests,
  repairsOf,
} from '../replay/index.ts';
import { FORMATS, type Report, resultsJson, shortageLines } from '../report/index.ts';
import { type Written, openOutput, writeReport } from '../report/node.ts';
import { type Trace, TraceError } from '../trace/index.ts';
import { expectAddresses } from './addresses.ts';
import { mayHelp } from './again.ts';
import { COLUMNS_HELP, frames, wholeNumber } from './argument.ts';
import { type ExperimentFlags, expectMeasured, experimentOf, whereSaid } from './asked.ts';
import { type Busy, startBusy, whileBusy } from './busy.ts';
import { type CheckpointFlags, DEFAULT_EVERY, checkpointOf, keptIn } from './checkpoint.ts';
import { effectLines } from './effects.ts';
import { SystemsMissing, UsageError } from './fault.ts';
import { expectKnown, expectMapped } from './in-trace.ts';
import { madeNow } from './made.ts';
import { type Progress, startProgress } from './progress.ts';
import { interruptible } from './signals.ts';
import { complain, print, watched } from './terminal.ts';
import { STRICT_HELP, refuseRepaired, toldFiles } from './trace-input.ts';
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
  readonly checkpoint: CheckpointChoice | undefined;
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

/** Why that trace cannot be played as it is asked for, each in the words of whoever asked; what has no effect is told. */
function expectPlayable(asked: Asked, trace: Trace): void {
  const { path, experiment, flags, jobs, guestBytes } = asked;
  expectMeasured(path, flags, experiment, trace.spanMs / MS_PER_MINUTE);
  expectKnown(path, experiment, trace);
  expectMapped(path, flags, experiment, trace);
  for (const line of effectLines(asked, trace)) complain(`guestmem: ${line}`);
  expectFits(trace, planOf(experiment), atOnce(experiment, jobs), guestBytes);
  expectAddresses(atOnce(experiment, jobs));
  if (flags.strict !== true) return;
  // memory is raised for functions that say less than their runtime alone takes: that is the model's, and no fault of a trace
  const { memoryRaised: _, ...repairs } = repairsOf(trace);
  refuseRepaired(trace, repairs, experiment.trace.path);
}

/** Plays with a progress bar. Formats are checked by now, and the folder is open: rows of calls lie in it. */
async function play(
  asked: Asked,
  signal: AbortSignal,
  recordsIn: string | undefined,
): Promise<PlayedExperiment> {
  const { experiment, flags, jobs, guestBytes, checkpoint } = asked;
  let progress: Progress | undefined;
  const trace = async (): Promise<Trace> => {
    const read = await traceOf(asked);
    expectPlayable(asked, read);
    const amount = { systems: experiment.systems.length, calls: read.invocations };
    progress = startProgress(amount, flags.quiet === true);
    return read;
  };
  let busy: Busy | undefined;
  const told = (done: number, total: number): void => {
    progress?.stop();
    busy ??= startBusy(process.stderr);
    busy.update({ done, total, what: 'calls' });
  };
  try {
    return await playExperiment(experiment, {
      jobs,
      guestBytes,
      signal,
      checkpoint,
      recordsIn,
      trace,
      progress: (system, share) => progress?.update(system, share),
      again: (runs, calls) => progress?.again(runs, calls),
      told: watched(flags)?.isTTY === true ? told : undefined,
    });
  } finally {
    progress?.stop();
    busy?.stop();
  }
}

/** A run that another start of the command may bring further than this one is none yet. */
function expectFinal({ missing }: ReplayRun): void {
  for (const { error } of missing) {
    if (error instanceof TooManyGuests && mayHelp(error.made)) throw error;
  }
}

/** The report of a run, with what made it. */
function reportOf({ report }: PlayedExperiment, leftOut: Able['leftOut']): Report {
  const made = { ...madeNow(), peakResidentBytes: peakResidentBytes() };
  const without = leftOut.length === 0 ? undefined : { leftOut: [...leftOut] };
  return { ...report, results: { ...report.results, ...without, made } };
}

async function run(path: string | undefined, flags: ReplayFlags): Promise<void> {
  const jobs = flags.jobs === undefined ? undefined : wholeNumber('--jobs', flags.jobs, 1);
  const { experiment: said, leftOut } = experimentOf(path, flags);
  const experiment = { ...said, outputs: { folder: DEFAULT_OUT, ...said.outputs } };
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
  const { experiment, flags, checkpoint } = asked;
  const formats = formatsOf(experiment);
  const out = experiment.outputs.folder ?? DEFAULT_OUT;
  const folder = openOutput(formats, out, flags.force);
  let played: PlayedExperiment | undefined;
  try {
    const isKept = experiment.outputs.records === true && checkpoint?.file === undefined;
    const recordsIn = isKept ? folder?.spoolFolder() : undefined;
    played = await play(asked, signal, recordsIn).catch((error: unknown) => {
      throw refusalOf(asked, error);
    });
    expectFinal(played.run);
    const report = reportOf(played, asked.leftOut);
    const written = await whileBusy(watched(flags), (busy) =>
      writeReport({ ...report, told: busy?.counting('pictures') }, formats, folder ?? out),
    );
    return { played: played.run, report, written };
  } finally {
    played?.close();
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
