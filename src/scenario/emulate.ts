// Containers of a measured function lived again by the emulator, beside what a recording of them says.

import { COUNT, FUNCTION, NUMBER, OBJECT, expectShape } from '../check/index.ts';
import type { MeasuredFunction } from '../serverless/index.ts';
import { type LivedPoint, forkAgain, liveAgain } from './course.ts';

/** Over the containers of a recording. */
interface Recorded {
  readonly least: number;
  readonly mean: number;
  readonly most: number;
}

/** Of a recording, at one point of its containers' lives. */
interface RecordedPoint {
  readonly call: number;
  readonly allocated: Recorded;
  readonly freed: Recorded;
  readonly file: Recorded;
  readonly anonymous: Recorded;
}

/** What of a profile (`profileFileOf`) is lived again. */
export interface RecordedLives {
  /** What its containers held, from their start on. */
  readonly course: readonly RecordedPoint[];
  /** How many were recorded. */
  readonly containers: number;
  /** Pages of its own that a fork has after so many calls; empty: the runtime does not fork. */
  readonly fork: readonly { readonly call: number; readonly copied: number }[];
}

const FRAMES = { least: NUMBER, mean: NUMBER, most: NUMBER } as const;
const LIVES = {
  course: [{ call: COUNT, allocated: FRAMES, freed: FRAMES, file: FRAMES, anonymous: FRAMES }],
  containers: COUNT,
  fork: [{ call: COUNT, copied: NUMBER }],
} as const;

/** One quantity at one point: the mean over the recording's containers, and over as many of the emulator. */
export interface Beside {
  /** Mean over the recording's containers, in frames. */
  readonly recorded: number;
  /** Mean over as many of the emulator. */
  readonly emulated: number;
  /** How far off the recording's own containers are from their mean, at most, as a share of it. */
  readonly own: number;
}

/** At one point of a life. */
export interface EmulatedPoint {
  /** Calls that have ended; 0: it is ready for the first. */
  readonly call: number;
  /** Frames that its processes got since the start. */
  readonly allocated: Beside;
  /** Those of them that are free again. */
  readonly freed: Beside;
  /** Anonymous pages. */
  readonly anonymous: Beside;
  /** Of files that the first container brought; the others find them. */
  readonly pageCache: Beside;
}

function shareOf(difference: number, whole: number): number {
  return difference === 0 ? 0 : Math.abs(difference) / Math.max(Math.abs(whole), 1);
}

/** Memory of the kernel that a container has, page tables among it: what is neither anonymous nor of files. */
function kernelFramesOf({ allocated, freed, anonymous, file }: RecordedPoint): number {
  return Math.round(allocated.mean - freed.mean - anonymous.mean - file.mean);
}

function besideOf(
  recorded: RecordedPoint,
  lived: readonly LivedPoint[],
): Omit<EmulatedPoint, 'call'> {
  const emulated = (key: keyof LivedPoint): number =>
    lived.reduce((sum, point) => sum + point[key], 0) / lived.length;
  const beside = (key: 'freed' | 'anonymous'): Beside => {
    const { least, mean, most } = recorded[key];
    const own = Math.max(shareOf(most - mean, mean), shareOf(mean - least, mean));
    return { recorded: mean, emulated: emulated(key), own };
  };
  const [first] = lived;
  return {
    // that of containers apart which finds files and which does not
    allocated: { recorded: recorded.allocated.mean, emulated: emulated('allocated'), own: 0 },
    freed: beside('freed'),
    anonymous: beside('anonymous'),
    pageCache: { recorded: recorded.file.most, emulated: first?.file ?? 0, own: 0 },
  };
}

/**
 * As many containers of the emulator as were recorded, beside them, at each point of the recording's course
 * (`guestmem profile --emulate`). `onLived` hears of each container.
 *
 * @example
 * const profile = profileFileOf(await openCapture('recording'));
 * const points = emulateLives(profile, measuredOf(profile));
 */
export function emulateLives(
  lives: RecordedLives,
  measured: MeasuredFunction,
  onLived?: () => void,
): EmulatedPoint[] {
  const { course, containers } = expectShape('lives', lives, LIVES);
  expectShape('measured', measured, OBJECT);
  expectShape('arguments', { onLived }, { 'onLived?': FUNCTION });
  const [start] = course;
  const kernelFrames = start === undefined ? 0 : kernelFramesOf(start);
  const lived = liveAgain(measured, kernelFrames, containers, onLived);
  return course.map((point, at) => {
    const points = lived.flatMap((one) => one[at] ?? []);
    return { call: point.call, ...besideOf(point, points) };
  });
}

/** Pages of its own that a fork has after so many calls. */
export interface ForkPoint {
  /** Calls that have ended. */
  readonly call: number;
  /** Of the recorded fork. */
  readonly recorded: number;
  /** Of one of the emulator. */
  readonly emulated: number;
}

/** A fork of the emulator beside the recorded one; empty: the runtime does not fork. */
export function emulateForks(lives: RecordedLives, measured: MeasuredFunction): ForkPoint[] {
  const [, ...recorded] = expectShape('lives', lives, LIVES).fork;
  if (recorded.length === 0) return [];
  // what a first call touches counts as touched when it goes on
  const [, ...own] = forkAgain(expectShape('measured', measured, OBJECT));
  return recorded.map(({ call, copied }, at) => ({
    call,
    recorded: copied,
    emulated: own[at] as number,
  }));
}
