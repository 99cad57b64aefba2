// guestmem profile --emulate: containers of measured functions lived again by the emulator, beside their recordings.

import { alignRows } from '../report/index.ts';
import type { Beside, EmulatedPoint, ForkPoint } from '../scenario/index.ts';

const PERCENT = 100;

/** In whole frames, as a profile has them. */
function missOf({ recorded, emulated }: Beside): number {
  const difference = Math.abs(Math.round(emulated) - Math.round(recorded));
  return difference / Math.max(Math.abs(recorded), 1);
}

const percent = (share: number): string => `${(share * PERCENT).toFixed(1)} %`;
const pair = ({ recorded, emulated }: Beside): string[] => [
  `${Math.round(recorded)}`,
  `${Math.round(emulated)}`,
];

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
