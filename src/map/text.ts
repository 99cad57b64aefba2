// A map for a terminal: a line a memory block, a sign a pageblock; where that were too many lines, a sign stands for several.

import { FRAMES_PER_GIB, FRAMES_PER_MIB } from '../abi/unit.ts';
import { NUMBER, TEXT, escaped, expectShape } from '../check/index.ts';
import { type MapCells, type MemoryMap, SHARE_ALL, expectMap } from './cells.ts';
import { legendOf } from './legend.ts';
import { lookAt, newLook } from './look.ts';
import { mix, paletteOf } from './palette.ts';
import type { MapReel } from './reel.ts';
import {
  USE_BALLOON,
  USE_FILE,
  USE_FREE,
  USE_IMAGE,
  USE_ISOLATED,
  USE_KERNEL,
  USE_MOVABLE,
  USE_NONE,
  USE_OFFLINE,
  USE_OWNER,
  USE_PER_CPU,
  USE_POOL,
  USE_SYSTEM,
  USE_TABLES,
  isTaken,
} from './use.ts';

const SIGNS_PER_LINE = 64;
const LINES_MOST = 48;
const ESCAPE = '\u001b[';

const SIGNS: Readonly<Record<number, string>> = {
  [USE_NONE]: ' ',
  [USE_OFFLINE]: '_',
  [USE_POOL]: '=',
  [USE_PER_CPU]: ',',
  [USE_ISOLATED]: '!',
  [USE_BALLOON]: 'O',
  [USE_IMAGE]: '#',
  [USE_KERNEL]: 'K',
  [USE_TABLES]: 'T',
  [USE_FILE]: 'F',
  [USE_SYSTEM]: 'S',
  [USE_MOVABLE]: 'm',
};

/** Containers are letters of their own. */
function signOf(use: number, isBacked: boolean): string {
  if (use === USE_FREE) return isBacked ? ':' : '.';
  if (use < USE_OWNER) return SIGNS[use] ?? '?';
  return String.fromCharCode('a'.charCodeAt(0) + ((use - USE_OWNER) % 26));
}

/** The cell of a stretch that shows: the one that is taken the most. */
function fullest(cells: MapCells, from: number, end: number): number {
  let best = from;
  for (let cell = from; cell < end; cell += 1) {
    const isBetter = isTaken(cells.use[cell] as number) && !isTaken(cells.use[best] as number);
    const isMore = (cells.taken[cell] as number) > (cells.taken[best] as number);
    if (isBetter || isMore || (cells.use[best] === USE_NONE && cells.use[cell] !== USE_NONE)) {
      best = cell;
    }
  }
  return best;
}

function rgb(colour: number): string {
  return `${colour >>> 16};${(colour >>> 8) & 0xff};${colour & 0xff}`;
}

function signAt({ cells }: MemoryMap, cell: number, isColoured: boolean): string {
  const sign = signOf(cells.use[cell] as number, (cells.freeBacked[cell] as number) > 0);
  if (!isColoured || cells.use[cell] === USE_NONE) return sign;
  const look = newLook();
  lookAt(cells, cell, paletteOf('light'), look);
  const { back, front, fill } = look;
  const colour = mix(back, front, fill === 0 ? 0 : Math.max(fill, SHARE_ALL / 2));
  return `${ESCAPE}48;2;${rgb(colour)};38;2;${rgb(paletteOf('light').mark)}m${sign}${ESCAPE}0m`;
}

function gib(frames: number): string {
  return `${(frames / FRAMES_PER_GIB).toFixed(3)} GiB`.padStart(11);
}

/** Where a line begins; of several guests, in which. */
function addressOf(frames: number, guestFrames?: number): string {
  if (guestFrames === undefined) return gib(frames);
  return `VM ${Math.floor(frames / guestFrames) + 1}${gib(frames % guestFrames)}`.padStart(16);
}

/** With escape sequences for colour, or in letters alone. */
export function mapText(reel: MapReel, map: MemoryMap, isColoured = false): string {
  expectShape('reel', reel, { owners: [TEXT], 'guestFrames?': NUMBER });
  const { cells, cellFrames, start } = expectMap(map);
  const { length } = cells.use;
  const step = Math.max(1, Math.ceil(length / (SIGNS_PER_LINE * LINES_MOST)));
  const lines: string[] = [];
  let isGap = false;
  for (let from = 0; from < length; from += SIGNS_PER_LINE * step) {
    const end = Math.min(length, from + SIGNS_PER_LINE * step);
    if (cells.use.subarray(from, end).every((use) => use === USE_NONE)) {
      if (!isGap) lines.push('');
      isGap = true;
      continue;
    }
    isGap = false;
    let signs = '';
    for (let at = from; at < end; at += step) {
      signs += signAt(map, fullest(cells, at, Math.min(end, at + step)), isColoured);
    }
    lines.push(`${addressOf(start + from * cellFrames, reel.guestFrames)} |${signs}|`);
  }
  const signMib = (step * cellFrames) / FRAMES_PER_MIB;
  const legend = legendOf(reel, map, paletteOf('light')).map(({ use, name, frames, backed }) => {
    const sign = signOf(use, backed > 0);
    return `  ${sign}  ${escaped(name).padEnd(24)} ${(frames / FRAMES_PER_MIB).toFixed(1).padStart(10)} MiB`;
  });
  return `${[...lines, '', `A sign is ${signMib} MiB.`, ...legend].join('\n')}\n`;
}
