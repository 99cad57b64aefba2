// What a command does with an error: a line on stderr and an exit code. Anything that is not a known kind of fault is a
// defect of the program and keeps its stack.

import { CommanderError } from 'commander';
import { AddressesShort } from './addresses.ts';
import { type Signal, endedCode, endedText } from './early.ts';

/** The command line or an input file is wrong. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

/** Somebody asked the process to end. */
export class Interrupted extends Error {
  override readonly name: string = 'Interrupted';
  readonly exitCode: number;

  constructor(signal: Signal, kept = 'nothing was written') {
    super(endedText(signal, kept));
    this.exitCode = endedCode(signal);
  }
}

/** Systems of a replay that did not come to their end, when the results of the others are written. */
export class SystemsMissing extends Error {
  override readonly name: string = 'SystemsMissing';
  readonly missing: readonly { readonly system: string; readonly error: unknown }[];

  constructor(missing: SystemsMissing['missing']) {
    super(`${missing.map(({ system }) => system).join(', ')} did not come to an end`);
    this.missing = missing;
  }
}

/** Jobs of a sweep without results, when those of the others are written. */
export class JobsMissing extends Error {
  override readonly name: string = 'JobsMissing';
  /** A job and why, in a line each. */
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(`${reasons.length} jobs have no results`);
    this.reasons = reasons;
  }
}

/** Throws JobsMissing, if there are any. */
export function expectAllJobs(
  missing: readonly { readonly folder: string; readonly reason: string }[],
): void {
  if (missing.length === 0) return;
  throw new JobsMissing(missing.map(({ folder, reason }) => `${folder}: ${reason}`));
}

/** What an error says first. */
export function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);
}

/** Jobs that are told one by one. */
const JOBS_TOLD = 20;

function jobsCode({ message, reasons }: JobsMissing, write: (line: string) => void): number {
  for (const line of reasons.slice(0, JOBS_TOLD)) write(`guestmem: ${line}`);
  if (reasons.length > JOBS_TOLD) write(`guestmem: … ${message} in all`);
  return EXIT_FAILURE;
}

/** A line for each; one that failed by a defect of the program is thrown. */
async function missingCode(
  { missing }: SystemsMissing,
  write: (line: string) => void,
): Promise<number> {
  for (const { system, error } of missing) {
    await exitCodeOf(error, (line) => write(line.replace(/^guestmem: /, `$&${system}: `)));
  }
  return EXIT_FAILURE;
}

function usage(error: Error, write: (line: string) => void): number {
  write(`guestmem: ${error.message}`);
  return EXIT_USAGE;
}

function failure(text: string, write: (line: string) => void): number {
  write(`guestmem: ${text}`);
  return EXIT_FAILURE;
}

/** The exit code for an error, and its line on stderr. Throws errors that it does not know. */
export async function exitCodeOf(error: unknown, write: (line: string) => void): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof UsageError) return usage(error, write);
  if (error instanceof Interrupted) {
    write(`guestmem: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof AddressesShort) return failure(error.message, write);
  if (error instanceof SystemsMissing) return missingCode(error, write);
  if (error instanceof JobsMissing) return jobsCode(error, write);
  // Loaded only now: a command line without a fault does not need them all.
  const { RefusedArgument, isCrowded } = await import('../check/index.ts');
  if (isCrowded(error)) {
    return failure('too many threads and processes: raise their limit (ulimit -u)', write);
  }
  const { GuestOutOfMemory, HostOutOfMemory, TooManyGuests } = await import('../replay/index.ts');
  const { OutputError, ResultsError, refusedWrite } = await import('../report/index.ts');
  const { CheckpointError, ExperimentError, MemoryShort } = await import('../experiment/index.ts');
  const { RecordingError } = await import('../recording/index.ts');
  const { RecorderMissing, RecordingFailed } = await import('../recorder/index.ts');
  const { TraceError } = await import('../trace/index.ts');
  const { EngineError, JobError, QueryError } = await import('../sweep/index.ts');
  const { PlaygroundError } = await import('../play/node.ts');
  const { BenchRecordError } = await import('../microbench/index.ts');
  const { BenchTreeError, OwnCoreError } = await import('../microbench/node.ts');
  if (error instanceof ExperimentError) {
    for (const problem of error.problems) write(`guestmem: ${problem}`);
    return EXIT_USAGE;
  }
  if (error instanceof ResultsError) {
    const [first, ...more] = error.problems;
    write(`guestmem: ${first}${more.length === 0 ? '' : ` (and ${more.length} more)`}`);
    return EXIT_USAGE;
  }
  const isUsage =
    error instanceof TraceError ||
    error instanceof RecordingError ||
    error instanceof OutputError ||
    error instanceof CheckpointError ||
    error instanceof EngineError ||
    error instanceof QueryError ||
    error instanceof JobError ||
    error instanceof BenchRecordError ||
    error instanceof BenchTreeError ||
    error instanceof OwnCoreError ||
    error instanceof PlaygroundError;
  if (isUsage) return usage(error, write);
  const isRecorder = error instanceof RecorderMissing || error instanceof RecordingFailed;
  if (isRecorder) return failure(error.message, write);
  if (error instanceof RefusedArgument && error.argument.startsWith('--'))
    return usage(error, write);
  const isLimit =
    error instanceof MemoryShort ||
    error instanceof GuestOutOfMemory ||
    error instanceof HostOutOfMemory ||
    error instanceof TooManyGuests;
  if (isLimit) {
    const hint = error instanceof HostOutOfMemory ? ' (--host-memory)' : '';
    write(`guestmem: ${error.message}${hint}`);
    return EXIT_FAILURE;
  }
  const refused = refusedWrite(error);
  if (refused !== undefined) return usage(refused, write);
  throw error;
}
