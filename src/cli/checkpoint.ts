// Where a replay leaves its state and what it goes on from, as they are asked for: --checkpoint, --every, --resume.

import { existsSync } from 'node:fs';
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { type CheckpointChoice, DEFAULT_EVERY_MINUTES } from '../experiment/index.ts';
import { duration, fileToWrite } from './argument.ts';
import { UsageError } from './fault.ts';
import { complain } from './terminal.ts';

/** Of the trace's time. */
export const DEFAULT_EVERY: string = `${DEFAULT_EVERY_MINUTES}m`;

export interface CheckpointFlags {
  readonly checkpoint?: string;
  readonly every?: string;
  readonly resume?: string;
}

const missed = (what: string): void => complain(`guestmem: no checkpoint this time: ${what}`);

/** Where checkpoints are, as far as any are asked for. */
export function checkpointOf({
  checkpoint,
  every,
  resume,
}: CheckpointFlags): CheckpointChoice | undefined {
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
  return { file: checkpoint, everyMinutes, resume, missed };
}

/** What is said of a run that is interrupted, when it has ended. */
export function keptIn(checkpoint: CheckpointChoice | undefined): string | undefined {
  if (checkpoint?.file === undefined || !existsSync(checkpoint.file)) return undefined;
  return `its state is kept (--resume ${checkpoint.file})`;
}
