// What the colours of a map stand for, with how much memory each is: also the map as a table, for who cannot see it.

import { ORDERS } from '../abi/unit.ts';
import type { MemoryMap } from './cells.ts';
import type { Palette } from './palette.ts';
import { type MapReel, useName } from './reel.ts';
import { USE_FREE, USE_NONE, USE_OWNER } from './use.ts';

export interface LegendRow {
  readonly use: number;
  readonly name: string;
  readonly colour: number;
  readonly frames: number;
  /** Of them with host memory. */
  readonly backed: number;
}

/** A row a use that there is; free memory has two, as the host sees it. */
export function legendOf(
  reel: Pick<MapReel, 'owners'>,
  { frames, backed }: MemoryMap,
  palette: Palette,
): LegendRow[] {
  const rows: LegendRow[] = [];
  frames.forEach((here, use) => {
    if (here === 0 || use === USE_NONE) return;
    const held = backed[use] as number;
    const row = { use, name: useName(reel, use), colour: palette.use[use] as number };
    if (use !== USE_FREE) {
      rows.push({ ...row, frames: here, backed: held });
      return;
    }
    const colour = palette.freeBacked[ORDERS] as number;
    if (held > 0) rows.push({ use, name: 'free, host-backed', colour, frames: held, backed: held });
    const rest = { ...row, colour: palette.free[ORDERS] as number, frames: here - held, backed: 0 };
    if (here > held) rows.push(rest);
  });
  return rows;
}

/** More containers than these are not named one by one in a legend; a table has all. */
export const NAMED_MOST = 8;

/** The rows that fit beside a picture: more than so many containers are one row. */
export function foldOwners(rows: readonly LegendRow[], most: number = NAMED_MOST): LegendRow[] {
  const owned = rows.filter(({ use }) => use >= USE_OWNER);
  const [first] = owned;
  if (first === undefined || owned.length <= most) return [...rows];
  const sum = (read: (row: LegendRow) => number): number =>
    owned.reduce((total, row) => total + read(row), 0);
  const all = {
    ...first,
    name: 'containers, each in a colour of its own',
    frames: sum(({ frames }) => frames),
    backed: sum(({ backed }) => backed),
  };
  return [...rows.filter((row) => !owned.includes(row)), all];
}
