// A profile as the figures that a container of the emulator lives by.

import { RecordingError } from '../error.ts';
import type { CoursePoint } from './course.ts';
import type { ProfileFile } from './file.ts';

/** After 1, 10 and 100 calls. */
type ByCalls = readonly [first: number, tenth: number, hundredth: number];

/** As src/serverless/measured-function.ts says. */
export interface ProfileFigures {
  readonly name: string;
  readonly file: number;
  readonly anonymous: number;
  readonly peak: number;
  readonly grown: ByCalls;
  readonly files: ByCalls;
  readonly startFreed: number;
  readonly callsFreed: ByCalls;
  readonly touched: number;
  readonly written: number;
  readonly touchedFile: number;
  readonly held: number;
  readonly fork?: { readonly written: number; readonly file: number };
}

/** Throws RecordingError where the profile was made before courses were kept. */
export function figuresOf({ name, warm, calls, course, fork }: ProfileFile): ProfileFigures {
  const [start, ...later] = (course as readonly CoursePoint[] | undefined) ?? [];
  const hundredth = calls.at(-1);
  if (start === undefined || hundredth === undefined) {
    throw new RecordingError(name, 0, 'a profile with its course', 'an older one');
  }
  const byCalls = (value: (point: CoursePoint) => number): ByCalls =>
    later.map((point) => Math.round(value(point))) as unknown as ByCalls;
  const forked = fork.find(({ call }) => call === 1);
  return {
    name,
    file: start.file.most,
    anonymous: Math.round(start.anonymous.mean),
    peak: warm.peak.median,
    grown: byCalls(({ anonymous }) => anonymous.mean),
    files: byCalls(({ file }) => file.most),
    startFreed: Math.round(start.freed.mean),
    callsFreed: byCalls(({ freed }) => freed.mean - start.freed.mean),
    touched: hundredth.touchedAnonymous.median,
    written: hundredth.written.median,
    touchedFile: hundredth.touchedFile.median,
    held: hundredth.held.median,
    ...(forked && { fork: { written: forked.copied, file: forked.mappedFile } }),
  };
}
