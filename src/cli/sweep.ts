// guestmem sweep: an experiment over a grid of choices and seeds, and what each choice does.

import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { formatCount } from '../report/index.ts';
import { OutputFolder } from '../report/node.ts';
import {
  BATCH_FILES,
  BATCH_SYSTEMS,
  type BatchSystem,
  COMMANDS_FILE,
  type Engine,
  JobStore,
  type Sweep,
  commandsText,
  isRedis,
  openSweep,
  outcomesOf,
  outcomesText,
  playInto,
  quoted,
  readSweepFile,
  redisEngine,
  scriptOf,
  sweepOf,
  threadEngine,
  unfinished,
  writeSweep,
} from '../sweep/index.ts';
import { expectAddresses } from './addresses.ts';
import { choice, wholeNumber } from './argument.ts';
import { whileBusy } from './busy.ts';
import { JobsMissing, UsageError } from './fault.ts';
import { startJobs } from './jobs-progress.ts';
import { interruptible } from './signals.ts';
import { complain, print, watched } from './terminal.ts';
import { wroteLine } from './wrote.ts';

const DEFAULT_OUT = 'guestmem-sweep';

interface SweepFlags {
  readonly out?: string;
  readonly jobs?: string;
  readonly engine?: string;
  readonly emit?: string;
  readonly collect?: boolean;
  readonly retries?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

interface Asked {
  readonly file: string;
  readonly sweep: Sweep;
  readonly out: string;
  readonly store: JobStore;
  readonly flags: SweepFlags;
}

function engineOf({ engine = 'threads', jobs }: SweepFlags): Engine {
  const threads = jobs === undefined ? availableParallelism() : wholeNumber('--jobs', jobs, 1);
  if (isRedis(engine)) return redisEngine(engine);
  if (engine === 'threads') {
    expectAddresses(threads);
    return threadEngine(threads);
  }
  throw new UsageError(
    `--engine: expected threads, or redis://HOST:PORT, found ${JSON.stringify(engine)}`,
  );
}

/** What plays nothing is not told how to play. */
function expectPlays(flags: SweepFlags): void {
  for (const one of ['emit', 'collect'] as const) {
    if (flags[one] === undefined) continue;
    for (const other of ['collect', 'engine', 'jobs', 'retries'] as const) {
      if (other === one || flags[other] === undefined) continue;
      throw new UsageError(`--${one}: expected it without --${other}, since it plays nothing`);
    }
  }
}

/** Plays what is not finished. Reasons of jobs that failed, by name. */
async function play(
  { sweep, store, flags }: Asked,
  engine: Engine,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const jobs = unfinished(sweep, store);
  if (jobs.length === 0) return new Map();
  const progress = startJobs(jobs.length, flags.quiet === true);
  const retries =
    flags.retries === undefined ? sweep.retries : wholeNumber('--retries', flags.retries, 0);
  try {
    const failed = await playInto(jobs, retries, store, {
      engine,
      signal,
      tell: (line) => complain(`guestmem: ${line}`),
      progress: ({ name }, share) => progress.update(name, share),
      ended: ({ name }, failure) => progress.ended(name, failure !== undefined),
    });
    return new Map(failed.map(({ job, failure }) => [job.name, failure.reason]));
  } finally {
    progress.stop();
  }
}

/** Jobs without results, and why. */
function missing({ sweep, store }: Asked, failed: ReadonlyMap<string, string>): string[] {
  return unfinished(sweep, store).map((job) => {
    const why = failed.get(job.name) ?? store.failureOf(job) ?? 'not played yet';
    return `${store.folderOf(job)}: ${why}`;
  });
}

/** Puts what came of all jobs into the folder's files. */
async function tell(
  asked: Asked,
  folder: OutputFolder,
  failed: ReadonlyMap<string, string>,
): Promise<void> {
  const { sweep, store, flags } = asked;
  const outcomes = await whileBusy(watched(flags), async (busy) =>
    outcomesOf(sweep, store, busy?.counting('cells')),
  );
  const without = missing(asked, failed);
  const [all, finished] = [sweep.jobs.length, sweep.jobs.length - without.length];
  if (finished > 0) {
    const paths = writeSweep(folder, sweep, outcomes);
    const counted = `${formatCount(finished)} of ${formatCount(all)} jobs finished`;
    if (flags.quiet !== true) print(`${counted}\n\n${outcomesText(outcomes)}${wroteLine(paths)}`);
  }
  if (without.length > 0) throw new JobsMissing(without);
}

/** Jobs as files, for a batch system. */
function emit(asked: Asked, system: BatchSystem): void {
  const { out, flags } = asked;
  const output = new OutputFolder(out, BATCH_FILES, { isForced: flags.force });
  try {
    emitInto(asked, system, output);
  } finally {
    output.close();
  }
}

function emitInto({ file, sweep, store, out }: Asked, system: BatchSystem, to: OutputFolder): void {
  const jobs = unfinished(sweep, store).map((job) => resolve(store.describe(job)));
  if (jobs.length === 0) return print('every job is finished: nothing to run\n');
  const folder = resolve(out);
  const collect = `guestmem sweep ${quoted(resolve(file))} --out ${quoted(folder)} --collect`;
  const batch = { jobs, collect };
  const { name, text, command } = scriptOf(system, folder, batch);
  const paths = to.write([
    { name: COMMANDS_FILE, content: commandsText(batch) },
    { name, content: text },
  ]);
  print(`${formatCount(jobs.length)} jobs to run\n${wroteLine(paths)}run: ${command}\n`);
}

async function playAndTell(asked: Asked, engine: Engine, signal: AbortSignal): Promise<void> {
  const { out, flags } = asked;
  const folder = openSweep(out, flags.force === true);
  try {
    const failed =
      flags.collect === true ? new Map<string, string>() : await play(asked, engine, signal);
    await tell(asked, folder, failed);
  } finally {
    folder.close();
  }
}

async function run(file: string, flags: SweepFlags): Promise<void> {
  expectPlays(flags);
  const said = readSweepFile(file);
  const engine = engineOf(flags);
  const system = flags.emit === undefined ? undefined : choice('--emit', flags.emit, BATCH_SYSTEMS);
  const out = flags.out ?? said.folder ?? DEFAULT_OUT;
  const sweep = await whileBusy(watched(flags), (busy) =>
    sweepOf(said, file, busy?.counting('bytes')),
  );
  for (const line of sweep.notes) complain(`guestmem: ${file}: ${line}`);
  const asked: Asked = { file, sweep, out, store: new JobStore(out), flags };
  await interruptible(
    async (signal) =>
      system === undefined ? playAndTell(asked, engine, signal) : emit(asked, system),
    { kept: () => 'what is finished is kept: the same command goes on' },
  );
}

export function sweepCommand(): Command {
  return new Command('sweep')
    .argument('<file>', 'the sweep (.yaml): an experiment, what is varied, seeds')
    .option('--out <folder>', `where results go: a folder a job (default: ${DEFAULT_OUT})`)
    .option('--jobs <n>', 'jobs at the same time, a thread each (default: as many as cores)')
    .option(
      '--engine <engine>',
      'threads of this process, or redis://HOST:PORT for workers (guestmem worker) on any machines (default: threads)',
    )
    .option(
      '--emit <system>',
      `play nothing; write a command a job, and a script for ${BATCH_SYSTEMS.join(' or ')}`,
    )
    .option('--collect', 'play nothing; tell what came of jobs that are finished')
    .option('--retries <n>', 'how often a job that failed is tried again (default: 2)')
    .option('--force', 'replace files in that folder which guestmem did not write')
    .option('--quiet', 'print neither tables nor progress')
    .action(run);
}
