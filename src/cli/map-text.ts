// A map on the terminal: what --map prints.

import { type MapReel, mapText } from '../map/index.ts';
import { isColoured, print, printColoured } from './terminal.ts';

/** One moment of a reel, the last if none is named, in colour where there is any. */
export function printMap(reel: MapReel, at: number = reel.instants.length - 1): void {
  const instant = reel.instants[at];
  if (instant === undefined) return;
  print(`${reel.name}\n`);
  printColoured(mapText(reel, instant.map, isColoured()));
}
