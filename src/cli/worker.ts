// guestmem worker: plays jobs of a sweep, from a server or from files.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { MS_PER_S } from '../abi/unit.ts';
import { utf8Of, whyUnread } from '../check/index.ts';
import {
  type Job,
  JobError,
  JobStore,
  isRedis,
  parseJob,
  playInto,
  serveRedis,
  shownUrl,
  threadEngine,
} from '../sweep/index.ts';
import { expectAddresses } from './addresses.ts';
import { duration, wholeNumber } from './argument.ts';
import { JobsMissing, UsageError } from './fault.ts';
import { startJobs } from './jobs-progress.ts';
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

/** A job's file lies in the job's folder. */
function jobAt(file: string): { readonly job: Job; readonly store: JobStore } {
  let text: string | undefined;
  try {
    text = utf8Of(readFileSync(file));
  } catch (error) {
    throw new UsageError(`${file}: expected a job's file, found ${whyUnread(error)}`);
  }
  if (text === undefined) throw new UsageError(`${file}: expected UTF-8 text, found other bytes`);
  const job = parseJob(text, file);
  const folder = dirname(resolve(file));
  const store = new JobStore(join(folder, '..', '..'));
  if (resolve(store.folderOf(job)) === folder) return { job, store };
  throw new JobError(`${file}: expected it in jobs/${job.name}, found it in ${basename(folder)}`);
}

async function playFiles(
  files: readonly string[],
  threads: number,
  isQuiet: boolean,
): Promise<void> {
  const found = files.map(jobAt);
  const left = found.filter((one) => !one.store.isFinished(one.job));
  // a log hears of failures alone: what started this tells the rest
  const progress = startJobs(left.length, isQuiet || !process.stderr.isTTY);
  const missing = await interruptible(
    async (signal) => {
      const reasons: string[] = [];
      for (const { job, store } of left) {
        // a batch system tries again by itself
        const failed = await playInto([job], 0, store, {
          engine: threadEngine(threads),
          signal,
          tell: (line) => complain(`guestmem: ${line}`),
          progress: ({ name }, share) => progress.update(name, share),
          ended: ({ name }, failure) => progress.ended(name, failure !== undefined),
        });
        for (const { failure } of failed) reasons.push(`${store.folderOf(job)}: ${failure.reason}`);
      }
      return reasons;
    },
    { kept: () => 'what is finished is kept' },
  ).finally(() => progress.stop());
  if (missing.length > 0) throw new JobsMissing(missing);
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
