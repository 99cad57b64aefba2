// guestmem replay: a trace through the systems, and what came of it in the formats asked for.

import { Command } from 'commander';
import { MS_PER_MINUTE } from '../abi/unit.ts';
import {
  DEFAULT_GROWTH,
  DEFAULT_IDLE_RECLAIM_MS,
  DEFAULT_PLACEMENT,
  GROWTHS,
  HOST_CACHES,
  KEEP_ALIVES,
  PLACEMENTS,
  type ReplayPlan,
  type ReplayRun,
  TooManyGuests,
  detailsOf,
  repairsOf,
  replayPlan,
  resultsOf,
} from '../replay/index.ts';
import {
  FORMATS,
  type Format,
  type Report,
  type Written,
  openOutput,
  resultsJson,
  writeReport,
} from '../report/index.ts';
import { type Trace, generateSynthetic, loadTrace } from '../trace/index.ts';
import { mayHelp } from './again.ts';
import {
  COLUMNS_HELP,
  choice,
  columns,
  duration,
  frames,
  minutes,
  named,
  policy,
  systemNames,
  wholeNumber,
} from './argument.ts';
import { SystemsMissing, UsageError } from './fault.ts';
import { startProgress } from './progress.ts';
import { interruptible } from './signals.ts';
import { print } from './terminal.ts';
import { wroteLine } from './wrote.ts';

const DEFAULT_FORMATS = 'table,json,html';

interface ReplayFlags {
  readonly system?: string;
  readonly seed: string;
  readonly minutes?: string;
  readonly columns?: string;
  readonly warmup: string;
  readonly keepAlive: string;
  readonly placement: string;
  readonly growth: string;
  /** true: asked for without a time. */
  readonly idleReclaim?: string | true;
  readonly hostCache: string;
  readonly hostMemory?: string;
  readonly format: string;
  readonly out: string;
  readonly force?: boolean;
  readonly jobs?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly strict?: boolean;
}

function idleReclaimMs({ idleReclaim }: ReplayFlags): number | undefined {
  if (idleReclaim === undefined) return undefined;
  return idleReclaim === true ? DEFAULT_IDLE_RECLAIM_MS : duration('--idle-reclaim', idleReclaim);
}

async function traceOf(folder: string | undefined, flags: ReplayFlags): Promise<Trace> {
  const seed = wholeNumber('--seed', flags.seed, 0);
  const limit =
    flags.minutes === undefined ? {} : { minutes: wholeNumber('--minutes', flags.minutes, 1) };
  const options = { seed, ...limit };
  if (folder !== undefined)
    return loadTrace(folder, { ...options, columns: columns(flags.columns) });
  if (flags.columns === undefined) return generateSynthetic(options);
  throw new UsageError('--columns: expected a trace whose columns they are, found none');
}

interface Asked {
  readonly plan: ReplayPlan;
  readonly jobs: number | undefined;
  readonly warmupMinutes: number;
}

/** What is asked for, checked before anything is read. */
function askedBy(flags: ReplayFlags): Asked {
  const warmupMinutes = minutes('--warmup', flags.warmup);
  const keepAlive = policy('--keep-alive', flags.keepAlive, KEEP_ALIVES, 'fixed');
  const placement = policy('--placement', flags.placement, PLACEMENTS);
  const growth = policy('--growth', flags.growth, GROWTHS);
  const plan: ReplayPlan = {
    systems: systemNames('--system', flags.system),
    seed: wholeNumber('--seed', flags.seed, 0),
    warmupMinutes,
    keepAlive,
    placement,
    growth,
    idleReclaimMs: idleReclaimMs(flags),
    hostCache: choice('--host-cache', flags.hostCache, HOST_CACHES),
    hostFrames:
      flags.hostMemory === undefined ? undefined : frames('--host-memory', flags.hostMemory),
  };
  const jobs = flags.jobs === undefined ? undefined : wholeNumber('--jobs', flags.jobs, 1);
  return { plan, jobs, warmupMinutes };
}

/**
 * What --strict is for: no trace in which rows were merged, or figures filled in or changed. Memory is raised for functions
 * that say less than their runtime alone takes: that is the model's, and no fault of a trace.
 */
function refuseRepaired(trace: Trace, folder = trace.name): void {
  const { firstQuirks = {} } = trace;
  const { memoryRaised: _, ...repairs } = repairsOf(trace);
  const found = Object.entries(repairs).filter(([, count]) => count > 0);
  if (found.length === 0) return;
  const kinds = found.map(([kind, count]) => {
    const first = firstQuirks[kind as keyof typeof firstQuirks];
    if (first === undefined) return `${kind} ${count}`;
    const line = first.line === undefined ? '' : `, line ${first.line}`;
    return `${kind} ${count} (first in ${first.file}${line})`;
  });
  const expected = 'a trace without repairs (--strict)';
  throw new UsageError(`${folder}: expected ${expected}, found ${kinds.join('; ')}`);
}

/** Replays with a progress bar. Formats are checked by now, and the folder is open. */
async function play(
  folder: string | undefined,
  flags: ReplayFlags,
  { plan, jobs, warmupMinutes }: Asked,
  signal: AbortSignal,
): Promise<ReplayRun> {
  const trace = await traceOf(folder, flags);
  if (warmupMinutes * MS_PER_MINUTE >= trace.spanMs) {
    const has = `fewer minutes than the trace's ${trace.spanMs / MS_PER_MINUTE}`;
    throw new UsageError(`--warmup: expected ${has}, found "${flags.warmup}"`);
  }
  if (flags.strict === true) refuseRepaired(trace, folder);
  const progress = startProgress(plan.systems.length, flags.quiet === true);
  try {
    return await replayPlan(trace, plan, {
      jobs,
      progress: (system, share) => progress.update(system, share),
      signal,
    });
  } finally {
    progress.stop();
  }
}

/** A run that another start of the command may bring further than this one is none yet. */
function expectFinal({ missing }: ReplayRun): void {
  for (const { error } of missing) {
    if (error instanceof TooManyGuests && mayHelp(error.made)) throw error;
  }
}

async function run(folder: string | undefined, flags: ReplayFlags): Promise<void> {
  const formats = named('--format', flags.format, FORMATS, { one: 'format', many: 'formats' });
  const asked = askedBy(flags);
  if (flags.out === '') throw new UsageError('--out: expected a folder, found ""');
  const { played, report, written } = await interruptible((signal) =>
    playInto(flags, formats, (stop) => play(folder, flags, asked, stop), signal),
  );
  if (flags.json === true) print(resultsJson(report.results));
  else if (flags.quiet !== true) print(`${written.text}${wroteLine(written.paths)}`);
  if (played.missing.length > 0) throw new SystemsMissing(played.missing);
}

/** Opens the folder, plays, writes; the folder is as it was if that fails. */
async function playInto(
  { out, force }: ReplayFlags,
  formats: readonly Format[],
  start: (signal: AbortSignal) => Promise<ReplayRun>,
  signal: AbortSignal,
): Promise<{ played: ReplayRun; report: Report; written: Written }> {
  const folder = openOutput(formats, out, force);
  try {
    const played = await start(signal);
    expectFinal(played);
    const report = { results: resultsOf(played), details: detailsOf(played) };
    return { played, report, written: await writeReport(report, formats, folder ?? out) };
  } finally {
    folder?.close();
  }
}

export function replayCommand(): Command {
  const known = FORMATS.map(({ name }) => name).join(', ');
  return new Command('replay')
    .argument('[trace]', 'folder or file of a trace; without one, the built-in synthetic hour')
    .option('--system <names>', 'systems to compare, separated by commas (default: all)')
    .option('--seed <n>', 'seed of every draw', '1')
    .option('--minutes <n>', 'replay only the first minutes of the trace')
    .option('--columns <map>', COLUMNS_HELP)
    .option('--warmup <minutes>', 'minutes at the begin that are played but not measured', '0')
    .option(
      '--keep-alive <policy>',
      'how long an idle container is kept: a time, or a policy',
      '10m',
    )
    .option('--placement <policy>', 'which VM of mcpv-* gets the next container', DEFAULT_PLACEMENT)
    .option('--growth <policy>', 'how zones of mcpv-czone begin and grow', DEFAULT_GROWTH)
    .option(
      '--idle-reclaim [time]',
      'take what idle containers of mcpv-czone do not use after this time (default: never; without a time: 1s)',
    )
    .option(
      '--host-cache <kind>',
      "guests' files on the host: shared (not charged), double (charged), dax (mapped by the guests)",
      'shared',
    )
    .option('--host-memory <size>', 'memory of the host (default: 384GiB)')
    .option('--format <names>', `what to write, commas between: ${known}`, DEFAULT_FORMATS)
    .option('--out <folder>', 'where files go', 'guestmem-out')
    .option(
      '--jobs <n>',
      'systems played at the same time; results are the same (default: as many as cores)',
    )
    .option('--strict', 'refuse a trace in which rows are merged, or figures filled in or changed')
    .option('--force', 'replace files in that folder which guestmem did not write')
    .option('--json', 'print the results as JSON, and nothing else, on stdout')
    .option('--quiet', 'print neither table nor progress')
    .action(run);
}
