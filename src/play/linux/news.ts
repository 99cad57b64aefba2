// Whether a look at a guest shows anything new: a page of pictures need not be drawn again for one that does not.

import type { MapCells, MapReel } from '../../map/index.ts';
import type { Sight } from './sight.ts';

type Column = Uint8Array | Uint32Array;

function isSameColumn(one: Column, other: Column): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

/** Of the one moment that a sight has. */
function isSameMap(one: MapReel, other: MapReel): boolean {
  const [map, before] = [one.instants[0]?.map, other.instants[0]?.map];
  if (map === undefined || before === undefined) return map === before;
  const names = Object.keys(map.cells) as (keyof MapCells)[];
  return (
    map.cellFrames === before.cellFrames &&
    isSameColumn(map.frames, before.frames) &&
    isSameColumn(map.backed, before.backed) &&
    names.every((name) => isSameColumn(map.cells[name], before.cells[name]))
  );
}

/** Names and figures, without the map. */
function textOf({ reel, ...figures }: Sight): string {
  return JSON.stringify([reel.name, reel.zones, reel.owners, figures]);
}

export class News {
  #last: Sight | undefined;

  /** Whether a sight differs from the one that was asked about before it. */
  isNews(sight: Sight): boolean {
    const last = this.#last;
    this.#last = sight;
    if (last === undefined) return true;
    return textOf(sight) !== textOf(last) || !isSameMap(sight.reel, last.reel);
  }
}
