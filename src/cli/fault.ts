// What a command does with an error: a line on stderr and an exit code. Anything that is not a known kind of fault is a
// defect of the program and keeps its stack.

import { CommanderError } from 'commander';

/** The command line or an input file is wrong. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;
/** 128 + SIGINT, as shells expect. */
export const EXIT_INTERRUPTED = 130;

function usage(error: Error, write: (line: string) => void): number {
  write(`guestmem: ${error.message}`);
  return EXIT_USAGE;
}

/** The exit code for an error, and its line on stderr. Throws errors that it does not know. */
export async function exitCodeOf(error: unknown, write: (line: string) => void): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof UsageError) return usage(error, write);
  // Loaded only now: a command line without a fault does not need them all.
  const { GuestOutOfMemory, HostOutOfMemory, ReplayInterrupted } =
    await import('../replay/index.ts');
  const { RecordingError } = await import('../recording/index.ts');
  const { TraceError } = await import('../trace/index.ts');
  if (error instanceof ReplayInterrupted) {
    write('guestmem: interrupted, nothing was written');
    return EXIT_INTERRUPTED;
  }
  if (error instanceof TraceError || error instanceof RecordingError) return usage(error, write);
  if (error instanceof GuestOutOfMemory || error instanceof HostOutOfMemory) {
    write(`guestmem: ${error.message}`);
    return EXIT_FAILURE;
  }
  throw error;
}
