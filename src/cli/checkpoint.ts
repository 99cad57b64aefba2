// Where a replay leaves its state and what it goes on from, as they are asked for: --checkpoint, --every, --resume.

import { existsSync } from 'node:fs';
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { Checkpoints, type Experiment, identityOf, stateFile } from '../experiment/index.ts';
import { type OutputFolder, RecordSpool } from '../report/node.ts';
import type { Trace } from '../trace/index.ts';
import { duration, fileToWrite } from './argument.ts';
import { UsageError } from './fault.ts';
import { complain } from './terminal.ts';

/** Of the trace's time. */
export const DEFAULT_EVERY = '10m';

export interface CheckpointFlags {
  readonly checkpoint?: string;
  readonly every?: string;
  readonly resume?: string;
}

export interface CheckpointAsked {
  /** Where checkpoints are written; undefined: nowhere. */
  readonly path: string | undefined;
  readonly everyMinutes: number;
  /** What the run goes on from. */
  readonly resume: string | undefined;
}

/** Where checkpoints are, as far as any are asked for. */
export function checkpointOf({
  checkpoint,
  every,
  resume,
}: CheckpointFlags): CheckpointAsked | undefined {
  if (every !== undefined && checkpoint === undefined) {
    throw new UsageError(`--every: expected a file (--checkpoint), found none`);
  }
  if (checkpoint !== undefined) fileToWrite('--checkpoint', checkpoint);
  if (checkpoint === undefined && resume === undefined) return undefined;
  const everyMinutes = duration('--every', every ?? DEFAULT_EVERY) / MS_PER_MINUTE;
  if (!Number.isInteger(everyMinutes) || everyMinutes < 1) {
    throw new UsageError(
      `--every: expected whole minutes of the trace, such as 10m, found "${every}"`,
    );
  }
  return { path: checkpoint, everyMinutes, resume };
}

/** What is said of a run that is interrupted, when it has ended. */
export function keptIn(checkpoint: CheckpointAsked | undefined): string | undefined {
  if (checkpoint?.path === undefined || !existsSync(checkpoint.path)) return undefined;
  return `its state is kept (--resume ${checkpoint.path})`;
}

const missed = (what: string): void => complain(`guestmem: no checkpoint this time: ${what}`);

export function openCheckpoints(
  { path, resume, everyMinutes }: CheckpointAsked,
  trace: Trace,
  experiment: Experiment,
): Checkpoints {
  const [from, to] = [resume, path].map((one) => (one === undefined ? one : stateFile(one)));
  return new Checkpoints({ from, to, everyMinutes, missed }, identityOf(trace, experiment));
}

function recordsBeside(checkpoint: string): string {
  return `${checkpoint}.records`;
}

/** Where rows of calls are until they are written: beside the checkpoint, of which they are a part, or with the results. */
export function spoolOf(
  folder: OutputFolder,
  checkpoint: CheckpointAsked | undefined,
): RecordSpool {
  const { path, resume } = checkpoint ?? {};
  const into = path === undefined ? folder.spoolFolder() : recordsBeside(path);
  return RecordSpool.kept(into, resume === undefined ? undefined : recordsBeside(resume));
}
