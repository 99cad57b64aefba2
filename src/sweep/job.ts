// A job: one cell of a sweep under one seed, with all that decides what comes of it. Its name is the hash of that.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Experiment } from '../experiment/index.ts';
import { type Program, programOf } from './program.ts';

/** One cell of a sweep under one seed. */
export interface Job {
  /** Of configuration, trace and program: where it is played, and what it is played for, is not in it. */
  readonly name: string;
  /** With one seed. The trace's path is as all machines have it. */
  readonly experiment: Experiment;
  /** Of the trace's files; undefined: a trace that is made. */
  readonly traceHash: string | undefined;
  /** Which program plays it: results of another one are other results. */
  readonly program: Program;
}

/** What says that a job is none of this program. */
export class JobError extends Error {
  override readonly name: string = 'JobError';
}

/** JSON with the keys of each group in order. */
function ordered(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

const NAME_DIGITS = 16;

function nameOf({ experiment, traceHash, program }: Omit<Job, 'name'>): string {
  const { outputs: _told, trace, ...played } = experiment;
  const { path, ...made } = trace;
  const file = path === undefined ? {} : { name: basename(path), hash: traceHash };
  const text = ordered({ ...played, trace: { ...made, ...file }, program });
  return createHash('sha256').update(text).digest('hex').slice(0, NAME_DIGITS);
}

export function jobOf(experiment: Experiment, traceHash: string | undefined): Job {
  const { seeds: _one, ...single } = experiment;
  const job = { experiment: single, traceHash, program: programOf() };
  return { name: nameOf(job), ...job };
}

export function jobJson(job: Job): string {
  return `${JSON.stringify(job, null, 2)}\n`;
}

/** A job that somebody else wrote, or sent. Throws JobError when it is none, or one of another program. */
export function parseJob(text: string, from: string): Job {
  const refuse = (found: string): JobError =>
    new JobError(`${from}: expected a job of this guestmem, found ${found}`);
  let job: Partial<Job> | null;
  try {
    job = JSON.parse(text) as Partial<Job> | null;
  } catch {
    throw refuse('no JSON');
  }
  const { name, experiment, traceHash, program } = job ?? {};
  if (experiment?.trace === undefined || program === undefined) throw refuse('something else');
  if (ordered(program) !== ordered(programOf())) {
    const { guestmem, core, code } = program;
    throw refuse(`one of guestmem ${String(guestmem)}, core ${String(core)}, code ${String(code)}`);
  }
  const whole = { experiment, traceHash, program };
  if (nameOf(whole) !== name) throw refuse('one that was changed');
  return { name, ...whole };
}
