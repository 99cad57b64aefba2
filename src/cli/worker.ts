// guestmem worker: plays jobs of a sweep, from a server or from files.

import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { MS_PER_S } from '../abi/unit.ts';
import { isRedis, playJobFiles, serveRedis, shownUrl, threadEngine } from '../sweep/index.ts';
import { expectAddresses } from './addresses.ts';
import { duration, wholeNumber } from './argument.ts';
import { UsageError, expectAllJobs } from './fault.ts';
import { type JobsProgress, startJobs } from './jobs-progress.ts';
import { interruptible, untilSignal } from './signals.ts';
import { complain, print } from './terminal.ts';

interface WorkerFlags {
  readonly jobs?: string;
  readonly claim?: string;
  readonly quiet?: boolean;
}

/** A claim that is not renewed for so long is another worker's. */
const CLAIM = '30s';

/** A claim is renewed at half of its time, which a machine that has much to do must come to. */
const CLAIM_LEAST_MS = MS_PER_S;

function claim(text: string): number {
  const claimMs = duration('--claim', text);
  if (claimMs >= CLAIM_LEAST_MS) return claimMs;
  throw new UsageError(`--claim: expected 1s or more, found ${JSON.stringify(text)}`);
}

async function playFiles(
  files: readonly string[],
  threads: number,
  isQuiet: boolean,
): Promise<void> {
  let progress: JobsProgress | undefined;
  const missing = await interruptible(
    async (signal) =>
      playJobFiles(files, {
        engine: threadEngine(threads),
        signal,
        // a log hears of failures alone: what started this tells the rest
        begins: (jobs) => (progress = startJobs(jobs, isQuiet || !process.stderr.isTTY)),
        tell: (line) => complain(`guestmem: ${line}`),
        progress: ({ name }, share) => progress?.update(name, share),
        ended: ({ name }, failure) => progress?.ended(name, failure !== undefined),
      }),
    { kept: () => 'what is finished is kept' },
  ).finally(() => progress?.stop());
  expectAllJobs(missing);
}

async function serve(url: string, threads: number, flags: WorkerFlags): Promise<void> {
  const claimMs = claim(flags.claim ?? CLAIM);
  let played = 0;
  const isQuiet = flags.quiet === true;
  if (!isQuiet) complain(`guestmem: ${threads} jobs at a time from ${shownUrl(url)}`);
  await untilSignal((signal) =>
    serveRedis(url, {
      threads,
      claimMs,
      signal,
      tell: (line) => {
        if (!isQuiet) complain(`guestmem: ${line}`);
      },
      ended: ({ name }, reason) => {
        played += 1;
        if (!isQuiet) complain(`guestmem: ${name} ${reason ?? 'done'}`);
      },
    }),
  );
  if (!isQuiet) print(`${played} jobs played\n`);
}

async function run(from: readonly string[], flags: WorkerFlags): Promise<void> {
  const threads =
    flags.jobs === undefined ? availableParallelism() : wholeNumber('--jobs', flags.jobs, 1);
  expectAddresses(threads);
  const [first = ''] = from;
  if (!from.some(isRedis)) return playFiles(from, threads, flags.quiet === true);
  if (from.length > 1) throw new UsageError('expected one server, or files of jobs, found both');
  return serve(first, threads, flags);
}

export function workerCommand(): Command {
  return new Command('worker')
    .argument(
      '<from...>',
      'a server (redis://HOST:PORT), or files of jobs (DIR/jobs/NAME/job.json)',
    )
    .option('--jobs <n>', 'jobs at the same time, a thread each (default: as many as cores)')
    .option(
      '--claim <time>',
      `after which the jobs of a dead worker are another's (default: ${CLAIM})`,
    )
    .option('--quiet', 'print nothing')
    .action(run);
}
