// A map on the terminal: what --map prints.

import { isatty } from 'node:tty';
import { type MapReel, mapText } from '../map/index.ts';
import { print, printColoured } from './terminal.ts';

const STDOUT = 1;

/** Whether stdout shows colours: a terminal, of a user who has not said otherwise (no-color.org). */
function isColoured(): boolean {
  return isatty(STDOUT) && (process.env['NO_COLOR'] ?? '') === '';
}

/** One moment of a reel, the last if none is named, in colour where there is any. */
export function printMap(reel: MapReel, at: number = reel.instants.length - 1): void {
  const instant = reel.instants[at];
  if (instant === undefined) return;
  print(`${reel.name}\n`);
  printColoured(mapText(reel, instant.map, isColoured()));
}
