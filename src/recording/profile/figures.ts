// A profile as the figures that a container of the emulator lives by.

import type { CoursePoint } from './course.ts';
import type { ProfileFile } from './file.ts';
import { type CallProfile, MEASURED_CALLS } from './profile.ts';
import { expectProfileFile } from './shape.ts';

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
  readonly first: { readonly touched: number; readonly written: number; readonly file: number };
  readonly fork?: { readonly written: number; readonly brought: number };
}

/** What a fork had of its own after its first call, and how much of that is more than it began with. */
function forkOf([begun, first]: ProfileFile['fork']): ProfileFigures['fork'] {
  if (begun === undefined || first === undefined) return undefined;
  return { written: first.copied, brought: Math.max(0, first.anonymous - begun.anonymous) };
}

/** As a container of the emulator lives by it. */
export function figuresOf(profile: ProfileFile): ProfileFigures {
  expectProfileFile('profile', profile, MEASURED_CALLS);
  const { name, warm, calls, course, fork } = profile;
  const [start, ...later] = course as [CoursePoint, ...CoursePoint[]];
  const [first, , hundredth] = calls as readonly [CallProfile, CallProfile, CallProfile];
  const byCalls = (value: (point: CoursePoint) => number): ByCalls =>
    later.map((point) => Math.round(value(point))) as unknown as ByCalls;
  const forked = forkOf(fork);
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
    first: {
      touched: first.touchedAnonymous.median,
      written: first.written.median,
      file: first.touchedFile.median,
    },
    ...(forked && { fork: forked }),
  };
}
