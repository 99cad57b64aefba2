// Jobs that lie in files, as a batch system hands them over: each is played into the folder that it lies in.

import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  FUNCTION,
  OBJECT,
  type Shape,
  expectList,
  expectShape,
  expectText,
  utf8Of,
  whyUnread,
} from '../check/index.ts';
import type { Engine } from './engine.ts';
import { type Job, JobError, parseJob } from './job.ts';
import { type MissingJob, type RunOptions, playInto } from './run.ts';
import { JobStore } from './store.ts';

/** A job's file lies in the job's folder. */
function jobAt(file: string): { readonly job: Job; readonly store: JobStore } {
  expectText('file', file);
  let text: string | undefined;
  try {
    text = utf8Of(readFileSync(file));
  } catch (error) {
    throw new JobError(`${file}: expected a job's file, found ${whyUnread(error)}`);
  }
  if (text === undefined) throw new JobError(`${file}: expected UTF-8 text, found other bytes`);
  const job = parseJob(text, file);
  const folder = dirname(resolve(file));
  const store = new JobStore(join(folder, '..', '..'));
  if (resolve(store.folderOf(job)) === folder) return { job, store };
  throw new JobError(`${file}: expected it in jobs/${job.name}, found it in ${basename(folder)}`);
}

/** Who plays job files, and who hears of it. */
export interface JobFilesOptions extends RunOptions {
  /** What plays. */
  readonly engine: Engine;
  /** So many jobs have no results yet, and are played now. */
  readonly begins?: ((jobs: number) => void) | undefined;
}

const OPTIONS: Shape = {
  engine: { play: FUNCTION },
  signal: OBJECT,
  'progress?': FUNCTION,
  'tell?': FUNCTION,
  'ended?': FUNCTION,
  'begins?': FUNCTION,
};

/**
 * Plays job files (`guestmem worker FILE…`), those without results, one after the other. Those that failed: whoever has handed them
 * over tries again. Throws JobError for a file that is no job of this program, ReplayInterrupted.
 */
export async function playJobFiles(
  files: readonly string[],
  options: JobFilesOptions,
): Promise<MissingJob[]> {
  expectShape('options', options, OPTIONS);
  const found = expectList('files', files).map(jobAt);
  const left = found.filter(({ job, store }) => !store.isFinished(job));
  options.begins?.(left.length);
  const missing: MissingJob[] = [];
  for (const { job, store } of left) {
    const failed = await playInto([job], 0, store, options);
    for (const { failure } of failed) {
      missing.push({ folder: store.folderOf(job), reason: failure.reason });
    }
  }
  return missing;
}
