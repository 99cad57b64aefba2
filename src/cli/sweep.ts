// guestmem sweep: an experiment over a grid of choices and seeds, and what each choice does.

import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { formatCount } from '../report/index.ts';
import {
  BATCH_SYSTEMS,
  type Engine,
  SWEEP_FOLDER,
  type SweepOptions,
  type SweepRun,
  emitSweep,
  isRedis,
  outcomesText,
  redisEngine,
  runSweep,
  threadEngine,
} from '../sweep/index.ts';
import { expectAddresses } from './addresses.ts';
import { choice, wholeNumber } from './argument.ts';
import { type Busy, whileBusy } from './busy.ts';
import { UsageError, expectAllJobs } from './fault.ts';
import { type JobsProgress, startJobs } from './jobs-progress.ts';
import { interruptible } from './signals.ts';
import { complain, print, watched } from './terminal.ts';
import { wroteLine } from './wrote.ts';

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

/** What is said of a sweep before its jobs are played. */
function notesOf(file: string): NonNullable<SweepOptions['begins']> {
  return ({ notes }) => {
    for (const line of notes) complain(`guestmem: ${file}: ${line}`);
  };
}

async function emit(file: string, system: string, flags: SweepFlags): Promise<void> {
  const chosen = choice('--emit', system, BATCH_SYSTEMS);
  const { jobs, files, command } = await whileBusy(watched(flags), (busy) =>
    emitSweep(file, flags.out, chosen, {
      isForced: flags.force,
      onHashed: busy?.counting('bytes'),
      begins: notesOf(file),
    }),
  );
  if (jobs === 0) return print('every job is finished: nothing to run\n');
  print(`${formatCount(jobs)} jobs to run\n${wroteLine(files)}run: ${command}\n`);
}

/** Plays and collects; whoever waits sees how far the reading is, then the jobs, then the cells. */
async function playAndCollect(
  file: string,
  flags: SweepFlags,
  { engine, retries, signal }: Pick<SweepOptions, 'engine' | 'retries' | 'signal'>,
  busy: Busy | undefined,
): Promise<SweepRun> {
  let progress: JobsProgress | undefined;
  const tellCells = busy?.counting('cells');
  try {
    return await runSweep(file, flags.out, {
      engine,
      retries,
      signal,
      isCollected: flags.collect,
      isForced: flags.force,
      onHashed: busy?.counting('bytes'),
      begins: (sweep, jobs) => {
        notesOf(file)(sweep, jobs);
        busy?.stop();
        if (jobs > 0) progress = startJobs(jobs, flags.quiet === true);
      },
      tell: (line) => complain(`guestmem: ${line}`),
      progress: ({ name }, share) => progress?.update(name, share),
      ended: ({ name }, failure) => progress?.ended(name, failure !== undefined),
      onCells: (done, total) => {
        progress?.stop();
        tellCells?.(done, total);
      },
    });
  } finally {
    progress?.stop();
  }
}

function tell({ sweep, finished, missing, outcomes, files }: SweepRun, isQuiet: boolean): void {
  if (finished > 0 && !isQuiet) {
    const counted = `${formatCount(finished)} of ${formatCount(sweep.jobs.length)} jobs finished`;
    print(`${counted}\n\n${outcomesText(outcomes)}${wroteLine(files)}`);
  }
  expectAllJobs(missing);
}

async function run(file: string, flags: SweepFlags): Promise<void> {
  expectPlays(flags);
  if (flags.emit !== undefined) return emit(file, flags.emit, flags);
  const engine = engineOf(flags);
  const retries =
    flags.retries === undefined ? undefined : wholeNumber('--retries', flags.retries, 0);
  await interruptible(
    async (signal) => {
      const found = await whileBusy(watched(flags), (busy) =>
        playAndCollect(file, flags, { engine, retries, signal }, busy),
      );
      tell(found, flags.quiet === true);
    },
    { kept: () => 'what is finished is kept: the same command goes on' },
  );
}

export function sweepCommand(): Command {
  return new Command('sweep')
    .argument('<file>', 'the sweep (.yaml): an experiment, what is varied, seeds')
    .option('--out <folder>', `where results go: a folder a job (default: ${SWEEP_FOLDER})`)
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
