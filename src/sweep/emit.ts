// Jobs of a sweep as files, for a batch system: nothing is played here.

import { resolve } from 'node:path';
import { FLAG, FUNCTION, expectName, expectShape, expectText } from '../check/index.ts';
import { OutputFolder } from '../report/node.ts';
import { sweepOf } from './cells.ts';
import {
  BATCH_FILES,
  BATCH_SYSTEMS,
  type BatchSystem,
  COMMANDS_FILE,
  commandsText,
  quoted,
  scriptOf,
} from './engines/files.ts';
import { readSweepFile } from './file.ts';
import { type SweepOptions, SWEEP_FOLDER, unfinished } from './run.ts';
import { JobStore } from './store.ts';

/** What was written for a batch system. */
export interface EmittedSweep {
  /** Jobs that are left to play. */
  readonly jobs: number;
  /** Paths of the list of commands and of the script; none where every job is finished. */
  readonly files: readonly string[];
  /** What to type; empty where every job is finished. */
  readonly command: string;
}

/**
 * Writes a job file for each job of a sweep that has no results, and a script which has a batch system play them
 * (`guestmem sweep FILE --emit SYSTEM`). Throws ExperimentError, TraceError, OutputError, RefusedArgument.
 */
export async function emitSweep(
  file: string,
  folder: string | undefined,
  system: BatchSystem,
  options: Pick<SweepOptions, 'isForced' | 'onHashed' | 'begins'> = {},
): Promise<EmittedSweep> {
  expectText('file', file);
  if (folder !== undefined) expectText('folder', folder);
  expectName('system', system, BATCH_SYSTEMS);
  expectShape('options', options, {
    'isForced?': FLAG,
    'onHashed?': FUNCTION,
    'begins?': FUNCTION,
  });
  const sweep = await sweepOf(readSweepFile(file), file, options.onHashed);
  const into = resolve(folder ?? sweep.folder ?? SWEEP_FOLDER);
  const output = new OutputFolder(into, BATCH_FILES, { isForced: options.isForced });
  try {
    const store = new JobStore(into);
    const jobs = unfinished(sweep, store).map((job) => store.describe(job));
    options.begins?.(sweep, jobs.length);
    if (jobs.length === 0) return { jobs: 0, files: [], command: '' };
    const collect = `guestmem sweep ${quoted(resolve(file))} --out ${quoted(into)} --collect`;
    const batch = { jobs, collect };
    const { name, text, command } = scriptOf(system, into, batch);
    const files = output.write([
      { name: COMMANDS_FILE, content: commandsText(batch) },
      { name, content: text },
    ]);
    return { jobs: jobs.length, files, command };
  } finally {
    output.close();
  }
}
