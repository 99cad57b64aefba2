// What a command does with an error: a line on stderr and an exit code. Anything that is not a known kind of fault is a
// defect of the program and keeps its stack.

import { CommanderError } from 'commander';
import { GuestOutOfMemory, HostOutOfMemory, ReplayInterrupted } from '../replay/index.ts';
import { RecordingError } from '../recording/index.ts';
import { TraceError } from '../trace/index.ts';

/** The command line or an input file is wrong. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;
/** 128 + SIGINT, as shells expect. */
export const EXIT_INTERRUPTED = 130;

/** The exit code for an error, and its line on stderr. Throws errors that it does not know. */
export function exitCodeOf(error: unknown, write: (line: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof ReplayInterrupted) {
    write('guestmem: interrupted, nothing was written');
    return EXIT_INTERRUPTED;
  }
  const isInputFault =
    error instanceof UsageError || error instanceof TraceError || error instanceof RecordingError;
  if (isInputFault) {
    write(`guestmem: ${error.message}`);
    return EXIT_USAGE;
  }
  if (error instanceof GuestOutOfMemory || error instanceof HostOutOfMemory) {
    write(`guestmem: ${error.message}`);
    return EXIT_FAILURE;
  }
  throw error;
}
