// guestmem profile --emulate: containers of measured functions lived again by the emulator, beside their recordings.

import { type CoursePoint, type ProfileFile, figuresOf } from '../recording/index.ts';
import { alignRows } from '../report/index.ts';
import { type LivedPoint, forkAgain, liveAgain } from '../scenario/index.ts';

const PERCENT = 100;

/** One quantity at one point: the mean over the recording's containers, and over as many of the emulator. */
interface Beside {
  readonly recorded: number;
  readonly emulated: number;
  /** How far off the recording's own containers are from their mean, at most, as a share of it. */
  readonly own: number;
}

/** At one point of a life. */
export interface EmulatedPoint {
  readonly call: number;
  readonly allocated: Beside;
  readonly freed: Beside;
  readonly anonymous: Beside;
  /** Of files that the first container brought; the others find them. */
  readonly pageCache: Beside;
}

function shareOf(difference: number, whole: number): number {
  return difference === 0 ? 0 : Math.abs(difference) / Math.max(Math.abs(whole), 1);
}

/** In whole frames, as a profile has them. */
function missOf({ recorded, emulated }: Beside): number {
  return shareOf(Math.round(emulated) - Math.round(recorded), recorded);
}

/** Memory of the kernel that a container has, page tables among it: what is neither anonymous nor of files. */
function kernelFramesOf({ allocated, freed, anonymous, file }: CoursePoint): number {
  return Math.round(allocated.mean - freed.mean - anonymous.mean - file.mean);
}

function besideOf(
  recorded: CoursePoint,
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

/** As many containers of the emulator as were recorded, beside them; `onLived` hears of each. */
export function emulationOf(profile: ProfileFile, onLived?: () => void): EmulatedPoint[] {
  const { course, containers } = profile;
  const measured = figuresOf(profile);
  const [start] = course;
  const kernelFrames = start === undefined ? 0 : kernelFramesOf(start);
  const lives = liveAgain(measured, kernelFrames, containers, onLived);
  return course.map((point, at) => {
    const lived = lives.flatMap((points) => points[at] ?? []);
    return { call: point.call, ...besideOf(point, lived) };
  });
}

const percent = (share: number): string => `${(share * PERCENT).toFixed(1)} %`;
const pair = ({ recorded, emulated }: Beside): string[] => [
  `${Math.round(recorded)}`,
  `${Math.round(emulated)}`,
];

/** Pages of its own that a fork has after so many calls. */
export interface ForkPoint {
  readonly call: number;
  readonly recorded: number;
  readonly emulated: number;
}

/** Of a fork of the emulator beside the recorded one; empty: the runtime does not fork. */
export function forksOf(profile: ProfileFile): ForkPoint[] {
  const [, ...recorded] = profile.fork;
  if (recorded.length === 0) return [];
  // what a first call touches counts as touched when it goes on
  const [, ...own] = forkAgain(figuresOf(profile));
  return recorded.map(({ call, copied }, at) => ({
    call,
    recorded: copied,
    emulated: own[at] as number,
  }));
}

/** One function's. */
export interface EmulatedLife {
  readonly name: string;
  readonly points: readonly EmulatedPoint[];
  readonly forks: readonly ForkPoint[];
}

/** A row for each function whose runtime forks. */
function forksText(lives: readonly EmulatedLife[]): string {
  const rows = lives.flatMap(({ name, forks }) => {
    const pairs = forks.flatMap(({ recorded, emulated }) => [`${recorded}`, `${emulated}`]);
    return forks.length === 0 ? [] : [[name, ...pairs]];
  });
  const header = [
    'own pages of a fork',
    ...['1 call', '10', '100'].flatMap((at) => [at, 'emulated']),
  ];
  return rows.length === 0 ? '' : `\n${alignRows([header, ...rows])}\n`;
}

/** The largest of all misses, as a share. */
function worstMiss(lives: readonly EmulatedLife[]): number {
  return Math.max(...lives.flatMap(({ points }) => points.map(worstOf)));
}

function worstOf({ allocated, freed, anonymous, pageCache }: EmulatedPoint): number {
  return Math.max(...[allocated, freed, anonymous, pageCache].map(missOf));
}

/** Four rows a function, and one more of its fork. */
export function emulatedText(lives: readonly EmulatedLife[]): string {
  const header = [
    'frames of 4 KiB',
    'after',
    ...['allocated', 'freed', 'anonymous', 'page cache'].flatMap((name) => [name, 'emulated']),
    'worst miss',
    'own spread',
  ];
  const rows = lives.flatMap(({ name, points }) =>
    points.map((point) => {
      const { call, allocated, freed, anonymous, pageCache } = point;
      const besides = [allocated, freed, anonymous, pageCache];
      const after = call === 0 ? 'start' : `${call}`;
      const own = Math.max(...besides.map((one) => one.own));
      return [name, after, ...besides.flatMap(pair), percent(worstOf(point)), percent(own)];
    }),
  );
  return `${alignRows([header, ...rows])}\n\nworst miss of all: ${percent(worstMiss(lives))}\n${forksText(lives)}`;
}
