// What plays the jobs of a sweep: threads of this process, or workers on other machines.

import {
  COUNT,
  FUNCTION,
  OBJECT,
  type Shape,
  TEXT,
  expectList,
  expectMade,
  expectShape,
} from '../check/index.ts';
import { expectExperiment } from '../experiment/index.ts';
import type { Results } from '../report/index.ts';
import type { Job } from './job.ts';

const PERCENT = 100;

/** Why a job failed, in one line, and what a caller can tell of it. */
export interface Failure {
  /** Name of the error. */
  readonly kind: string;
  /** What it said, in one line. */
  readonly reason: string;
  /** Guests that had found room, where there was none for another one. */
  readonly made?: number | undefined;
}

/** How a job ended. */
export type Outcome =
  | { readonly job: Job; readonly results: Results }
  | { readonly job: Job; readonly failure: Failure; readonly attempts: number };

/** Who hears of jobs while an engine plays them. */
export interface Hearing {
  /** How often a job that failed is tried again. */
  readonly retries: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** A file for what a job that plays can go on from, if it plays where that can be written. */
  stateOf(job: Job): string;
  /** A word for whoever waits. */
  tell(line: string): void;
  /** The share of a job that is done. */
  progress(job: Job, share: number): void;
  /** Once a job; the next one waits for it. What it throws ends the sweep. */
  ended(outcome: Outcome): Promise<void>;
}

/** What plays jobs. */
export interface Engine {
  /** Plays all jobs; each has ended when it resolves. Throws ReplayInterrupted when it is told to stop. */
  play(jobs: readonly Job[], hearing: Hearing): Promise<void>;
}

const JOB: Shape = { name: TEXT, experiment: OBJECT, program: OBJECT };
const HEARING: Shape = {
  retries: COUNT,
  signal: OBJECT,
  stateOf: FUNCTION,
  tell: FUNCTION,
  progress: FUNCTION,
  ended: FUNCTION,
};

/** What an engine is given: a caller without types may give anything. Throws RefusedArgument, ExperimentError. */
export function expectPlayable(jobs: readonly Job[], hearing: Hearing): void {
  for (const job of expectList('jobs', jobs)) {
    expectExperiment(expectShape('jobs', job, JOB).experiment);
  }
  expectShape('hearing', hearing, HEARING);
  expectMade('hearing.signal', hearing.signal, AbortSignal);
}

/** What is said of a job that does not begin at the begin. */
export function goingOn({ name }: Pick<Job, 'name'>, share: number): string {
  return `${name} goes on from ${(share * PERCENT).toFixed(1)} %`;
}

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const made = error instanceof Error && 'made' in error ? Number(error.made) : undefined;
  return {
    kind: error instanceof Error ? error.name : 'Error',
    reason: message.replaceAll(/\s*\n\s*/g, ' '),
    ...(made !== undefined && { made }),
  };
}
