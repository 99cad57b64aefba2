// Where cells of a map stand in a picture. Each memory block of 128 MiB is a tile of 8 x 8 pageblocks, each pageblock one of
// 32 x 16 pages; addresses rise from left to right, then downwards, in a tile and from tile to tile. Memory blocks that
// are never there are left out.

import { MEMORY_BLOCK_FRAMES, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import type { MemoryMap } from './cells.ts';
import { USE_NONE } from './use.ts';

const MEMORY_BLOCK_COLUMNS = 8;
const PAGEBLOCK_COLUMNS = 32;
/** Cells have a line between them from so many pixels on. */
const SPACED_PIXELS = 5;
const CELL_PIXELS_MOST = 40;
/** Between guests there is so much more room than between their memory blocks. */
const GUEST_GAPS = 2;

export interface MapLayout {
  readonly width: number;
  readonly height: number;
  /** Pixels from cell to cell, of which the last `space` stay paper. */
  readonly pixels: number;
  readonly space: number;
  readonly tileColumns: number;
  readonly tileRows: number;
  /** Number of each tile shown, counted from the map's first; NO_TILE: a place that stays empty. */
  readonly tiles: readonly number[];
  readonly gap: number;
  /** Tiles of a guest stand together, so many in a row and below each other; so many guests in a row, with so much between them. */
  readonly guestColumns: number;
  readonly guestRows: number;
  readonly guestsPerRow: number;
  readonly guestGap: number;
}

const NO_TILE = -1;

export interface Spot {
  readonly x: number;
  readonly y: number;
}

function tileShape(cellFrames: number): { readonly columns: number; readonly rows: number } {
  if (cellFrames === 1) {
    return { columns: PAGEBLOCK_COLUMNS, rows: PAGEBLOCK_FRAMES / PAGEBLOCK_COLUMNS };
  }
  const cells = MEMORY_BLOCK_FRAMES / cellFrames;
  return { columns: MEMORY_BLOCK_COLUMNS, rows: Math.ceil(cells / MEMORY_BLOCK_COLUMNS) };
}

/** Tiles in which some map has memory or what was memory. */
function shownTiles(maps: readonly MemoryMap[], tileCells: number): number[] {
  const shown = new Set<number>();
  for (const { cells } of maps) {
    cells.use.forEach((use, cell) => {
      if (use !== USE_NONE) shown.add(Math.floor(cell / tileCells));
    });
  }
  return [...shown].toSorted((a, b) => a - b);
}

/** The same of several guests: the same tiles of each, for all places up to the last that has a guest. */
function shownOfGuests(shown: readonly number[], perGuest: number): number[][] {
  const own = [...new Set(shown.map((tile) => tile % perGuest))].toSorted((a, b) => a - b);
  const guests = Math.floor((shown.at(-1) ?? 0) / perGuest) + 1;
  return Array.from({ length: guests }, (_, guest) => own.map((tile) => guest * perGuest + tile));
}

interface Room {
  readonly width: number;
  readonly height: number;
}

/** With cells of so many pixels, in rows as long as there is room. */
function sized(
  pixels: number,
  guests: readonly (readonly number[])[],
  shape: { readonly columns: number; readonly rows: number },
  room: Room,
): MapLayout {
  const gap = Math.max(2, Math.round(pixels * 0.7));
  const [across, down] = [shape.columns * pixels + gap, shape.rows * pixels + gap];
  const perRow = Math.max(1, Math.floor((room.width + gap) / across));
  const most = guests[0]?.length ?? 1;
  const guestRows = Math.ceil(most / perRow);
  // of one guest the last row is the short one; of several, all are as wide as each other
  const guestColumns = guests.length === 1 ? Math.min(perRow, most) : Math.ceil(most / guestRows);
  const guestGap = guests.length === 1 ? 0 : GUEST_GAPS * gap;
  const guestWidth = guestColumns * across + guestGap;
  const fitting = Math.floor((room.width + gap + guestGap) / guestWidth);
  const guestsPerRow = Math.max(1, Math.min(fitting, guests.length));
  const rowsOfGuests = Math.ceil(guests.length / guestsPerRow);
  const tiles = guests.flatMap((own) => {
    const empty = guestColumns * guestRows - own.length;
    return guests.length === 1 ? own : [...own, ...Array<number>(empty).fill(NO_TILE)];
  });
  return {
    width: guestsPerRow * guestWidth - guestGap - gap,
    height: rowsOfGuests * (guestRows * down + guestGap) - guestGap - gap,
    pixels,
    space: pixels >= SPACED_PIXELS ? 1 : 0,
    tileColumns: shape.columns,
    tileRows: shape.rows,
    tiles,
    gap,
    guestColumns,
    guestRows,
    guestsPerRow,
    guestGap,
  };
}

/**
 * All of the maps, which are of the same frames, in so many pixels: cells are as large as fits. `guestFrames`: of each guest's place,
 * where the maps are of several.
 */
export function layoutOfMaps(
  maps: readonly MemoryMap[],
  widthMost: number,
  heightMost: number,
  guestFrames?: number,
): MapLayout {
  const cellFrames = maps[0]?.cellFrames ?? PAGEBLOCK_FRAMES;
  const shape = tileShape(cellFrames);
  const tileCells = shape.columns * shape.rows;
  const shown = shownTiles(maps, tileCells);
  const tiles = shown.length === 0 ? [0] : shown;
  const guests =
    guestFrames === undefined
      ? [tiles]
      : shownOfGuests(tiles, Math.ceil(guestFrames / (tileCells * cellFrames)));
  const room = { width: widthMost, height: heightMost };
  for (let pixels = CELL_PIXELS_MOST; pixels > 1; pixels -= 1) {
    const layout = sized(pixels, guests, shape, room);
    if (layout.height <= heightMost && layout.width <= widthMost) return layout;
  }
  return sized(1, guests, shape, room);
}

/** Where the tile shown at a place begins. */
export function tileSpot(layout: MapLayout, at: number): Spot {
  const { pixels, gap, tileColumns, tileRows, guestColumns, guestGap, guestsPerRow } = layout;
  const perGuest = guestColumns * layout.guestRows;
  const [guest, own] = [Math.floor(at / perGuest), at % perGuest];
  const [across, down] = [tileColumns * pixels + gap, tileRows * pixels + gap];
  const [right, below] = [guest % guestsPerRow, Math.floor(guest / guestsPerRow)];
  return {
    x: right * (guestColumns * across + guestGap) + (own % guestColumns) * across,
    y: below * (layout.guestRows * down + guestGap) + Math.floor(own / guestColumns) * down,
  };
}

/** Calls `visit` for each cell shown. */
export function eachCell(
  layout: MapLayout,
  length: number,
  visit: (cell: number, x: number, y: number) => void,
): void {
  const { tiles, tileColumns, tileRows, pixels } = layout;
  const tileCells = tileColumns * tileRows;
  tiles.forEach((tile, at) => {
    if (tile === NO_TILE) return;
    const { x, y } = tileSpot(layout, at);
    const first = tile * tileCells;
    const end = Math.min(length, first + tileCells);
    for (let cell = first; cell < end; cell += 1) {
      const column = (cell - first) % tileColumns;
      const row = (cell - first - column) / tileColumns;
      visit(cell, x + column * pixels, y + row * pixels);
    }
  });
}

/** The cell at a pixel; undefined between tiles. */
export function cellAt(layout: MapLayout, length: number, { x, y }: Spot): number | undefined {
  const { pixels, gap, tileColumns, tileRows, tiles } = layout;
  const { guestColumns, guestRows, guestsPerRow, guestGap } = layout;
  const [across, down] = [tileColumns * pixels + gap, tileRows * pixels + gap];
  const [wide, high] = [guestColumns * across + guestGap, guestRows * down + guestGap];
  const [right, below] = [Math.floor(x / wide), Math.floor(y / high)];
  const [inX, inY] = [x - right * wide, y - below * high];
  const [tileX, tileY] = [Math.floor(inX / across), Math.floor(inY / down)];
  const column = Math.floor((inX - tileX * across) / pixels);
  const row = Math.floor((inY - tileY * down) / pixels);
  if (right < 0 || tileX < 0 || right >= guestsPerRow || tileX >= guestColumns) return undefined;
  if (column >= tileColumns || row >= tileRows || tileY >= guestRows) return undefined;
  const guest = below * guestsPerRow + right;
  const tile = tiles[guest * guestColumns * guestRows + tileY * guestColumns + tileX];
  if (tile === undefined || tile === NO_TILE) return undefined;
  const cell = tile * tileColumns * tileRows + row * tileColumns + column;
  return cell < length ? cell : undefined;
}
