// How a cell looks: what stands behind, and how much of it what is taken fills from below.

import { type MapCells, MARK_ISOLATED, MARK_MIXED, MARK_PER_CPU, SHARE_ALL } from './cells.ts';
import { type Palette, mix } from './palette.ts';
import { USE_FREE, USE_PER_CPU, isTaken } from './use.ts';

/** One is kept and written again cell by cell: there are many, many times a second. */
export interface CellLook {
  back: number;
  front: number;
  /** Share of 255 that the front fills. */
  fill: number;
  isMarked: boolean;
}

export function newLook(): CellLook {
  return { back: 0, front: 0, fill: 0, isMarked: false };
}

/** Frames without host memory are that much nearer to the paper. */
const UNBACKED_FADE = 150;

/** Of a balloon or of pages never touched: their colour, paler the less host memory there is behind them. */
function frontColour(cells: MapCells, cell: number, palette: Palette): number {
  const use = cells.use[cell] as number;
  const taken = cells.taken[cell] as number;
  const backed = cells.takenBacked[cell] as number;
  const colour = palette.use[use] as number;
  if (taken === 0) return colour;
  if (backed >= taken) return colour;
  const without = 1 - backed / taken;
  return mix(colour, palette.paper, Math.round(UNBACKED_FADE * without));
}

function backColour(cells: MapCells, cell: number, palette: Palette): number {
  const use = cells.use[cell] as number;
  if (!isTaken(use) && use !== USE_FREE && use !== USE_PER_CPU) return palette.use[use] as number;
  const order = cells.order[cell] as number;
  const free = SHARE_ALL - (cells.taken[cell] as number);
  if (free <= 0) return palette.paper;
  if (cells.freeBacked[cell] === 0) return palette.free[order] as number;
  const share = Math.min(SHARE_ALL, ((cells.freeBacked[cell] as number) * SHARE_ALL) / free);
  return mix(palette.free[order] as number, palette.freeBacked[order] as number, share);
}

const MARKED = MARK_MIXED | MARK_ISOLATED;

/** How a cell looks, written into `look`. */
export function lookAt(cells: MapCells, cell: number, palette: Palette, look: CellLook): void {
  const use = cells.use[cell] as number;
  const fill = isTaken(use) ? (cells.taken[cell] as number) : 0;
  look.back = fill === SHARE_ALL ? palette.paper : backColour(cells, cell, palette);
  look.front = fill === 0 ? 0 : frontColour(cells, cell, palette);
  look.fill = fill;
  look.isMarked = ((cells.marks[cell] as number) & MARKED) !== 0;
}

/** What is marked in a cell, in words. */
export function markWords(marks: number): string[] {
  const words: string[] = [];
  if ((marks & MARK_MIXED) !== 0) words.push('movable and unmovable');
  if ((marks & MARK_PER_CPU) !== 0) words.push('pages on per-CPU lists');
  if ((marks & MARK_ISOLATED) !== 0) words.push('isolated pages');
  return words;
}
