// guestmem replay: a trace through the systems, and what came of it in the formats asked for.

import { Command } from 'commander';
import { MS_PER_MINUTE } from '../abi/unit.ts';
import {
  DEFAULT_GROWTH,
  DEFAULT_IDLE_RECLAIM_MS,
  DEFAULT_PLACEMENT,
  GROWTHS,
  KEEP_ALIVES,
  PLACEMENTS,
  SYSTEMS,
  detailsOf,
  replay,
  resultsOf,
} from '../replay/index.ts';
import { FORMATS, type Report, resultsJson, writeReport } from '../report/index.ts';
import { type Trace, generateSynthetic, openTrace } from '../trace/index.ts';
import { duration, minutes, named, policy, wholeNumber } from './argument.ts';
import { UsageError } from './fault.ts';
import { startProgress } from './progress.ts';

const DEFAULT_FORMATS = 'table,json,html';

interface ReplayFlags {
  readonly system?: string;
  readonly seed: string;
  readonly minutes?: string;
  readonly warmup: string;
  readonly keepAlive: string;
  readonly placement: string;
  readonly growth: string;
  /** true: asked for without a time. */
  readonly idleReclaim?: string | true;
  readonly format: string;
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

function idleReclaimMs({ idleReclaim }: ReplayFlags): number | undefined {
  if (idleReclaim === undefined) return undefined;
  return idleReclaim === true ? DEFAULT_IDLE_RECLAIM_MS : duration('--idle-reclaim', idleReclaim);
}

function loadTrace(folder: string | undefined, flags: ReplayFlags): Trace {
  const seed = wholeNumber('--seed', flags.seed, 0);
  const limit =
    flags.minutes === undefined ? {} : { minutes: wholeNumber('--minutes', flags.minutes, 1) };
  const options = { seed, ...limit };
  return folder === undefined ? generateSynthetic(options) : openTrace(folder, options);
}

/** Replays with a progress bar; an interrupt from the keyboard ends it between two slices of work. */
async function play(folder: string | undefined, flags: ReplayFlags): Promise<Report> {
  const chosen = named('--system', flags.system, SYSTEMS, { one: 'system', many: 'systems' });
  const warmupMinutes = minutes('--warmup', flags.warmup);
  const keepAlive = policy('--keep-alive', flags.keepAlive, KEEP_ALIVES, 'fixed');
  const placement = policy('--placement', flags.placement, PLACEMENTS);
  const growth = policy('--growth', flags.growth, GROWTHS);
  const machine = { idleReclaimMs: idleReclaimMs(flags), placement, growth };
  const trace = loadTrace(folder, flags);
  if (warmupMinutes * MS_PER_MINUTE >= trace.spanMs) {
    const has = `fewer minutes than the trace's ${trace.spanMs / MS_PER_MINUTE}`;
    throw new UsageError(`--warmup: expected ${has}, found "${flags.warmup}"`);
  }
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  const progress = startProgress(chosen.length, flags.quiet === true);
  try {
    const played = await replay(trace, {
      systems: chosen,
      seed: Number(flags.seed),
      warmupMinutes,
      machine,
      keepAlive,
      progress: (system, share) => progress.update(system, share),
      signal: stop.signal,
    });
    return { results: resultsOf(played), details: detailsOf(played) };
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt);
  }
}

/** "wrote a, b and c" */
function wroteLine(paths: readonly string[]): string {
  if (paths.length < 2) return paths.map((path) => `wrote ${path}\n`).join('');
  return `wrote ${paths.slice(0, -1).join(', ')} and ${paths.at(-1)}\n`;
}

async function run(folder: string | undefined, flags: ReplayFlags): Promise<void> {
  const formats = named('--format', flags.format, FORMATS, { one: 'format', many: 'formats' });
  const report = await play(folder, flags);
  const { text, paths } = await writeReport(report, formats, flags.out);
  if (flags.json === true) process.stdout.write(resultsJson(report.results));
  else if (flags.quiet !== true) process.stdout.write(`${text}${wroteLine(paths)}`);
}

export function replayCommand(): Command {
  const known = FORMATS.map(({ name }) => name).join(', ');
  return new Command('replay')
    .argument('[trace]', 'folder or file of a trace; without one, the built-in synthetic hour')
    .option('--system <names>', 'systems to compare, separated by commas (default: all)')
    .option('--seed <n>', 'seed of every draw', '1')
    .option('--minutes <n>', 'replay only the first minutes of the trace')
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
    .option('--format <names>', `what to write, commas between: ${known}`, DEFAULT_FORMATS)
    .option('--out <folder>', 'where files go', 'guestmem-out')
    .option('--json', 'print the results as JSON, and nothing else, on stdout')
    .option('--quiet', 'print neither table nor progress')
    .action(run);
}
