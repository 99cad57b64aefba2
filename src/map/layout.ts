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

export interface MapLayout {
  readonly width: number;
  readonly height: number;
  /** Pixels from cell to cell, of which the last `space` stay paper. */
  readonly pixels: number;
  readonly space: number;
  readonly tileColumns: number;
  readonly tileRows: number;
  /** Number of each tile shown, counted from the map's first. */
  readonly tiles: readonly number[];
  readonly tilesPerRow: number;
  readonly gap: number;
}

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

/** All of the maps, which are of the same frames, in so many pixels: cells are as large as fits. */
export function layoutOfMaps(
  maps: readonly MemoryMap[],
  widthMost: number,
  heightMost: number,
): MapLayout {
  const { columns, rows } = tileShape(maps[0]?.cellFrames ?? PAGEBLOCK_FRAMES);
  const shown = shownTiles(maps, columns * rows);
  const tiles = shown.length === 0 ? [0] : shown;
  const sized = (pixels: number): MapLayout => {
    const gap = Math.max(2, Math.round(pixels * 0.7));
    const across = columns * pixels + gap;
    const perRow = Math.floor((widthMost + gap) / across);
    const tilesPerRow = Math.max(1, Math.min(perRow, tiles.length));
    const width = tilesPerRow * across - gap;
    const height = Math.ceil(tiles.length / tilesPerRow) * (rows * pixels + gap) - gap;
    const space = pixels >= SPACED_PIXELS ? 1 : 0;
    const shape = { tileColumns: columns, tileRows: rows };
    return { width, height, pixels, space, ...shape, tiles, tilesPerRow, gap };
  };
  for (let pixels = CELL_PIXELS_MOST; pixels > 1; pixels -= 1) {
    const layout = sized(pixels);
    if (layout.height <= heightMost && layout.width <= widthMost) return layout;
  }
  return sized(1);
}

/** Where the tile shown at a place begins. */
export function tileSpot(layout: MapLayout, at: number): Spot {
  const { pixels, gap, tileColumns, tileRows, tilesPerRow } = layout;
  return {
    x: (at % tilesPerRow) * (tileColumns * pixels + gap),
    y: Math.floor(at / tilesPerRow) * (tileRows * pixels + gap),
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
  const { pixels, gap, tileColumns, tileRows, tilesPerRow, tiles } = layout;
  const across = tileColumns * pixels + gap;
  const down = tileRows * pixels + gap;
  const [tileX, tileY] = [Math.floor(x / across), Math.floor(y / down)];
  const column = Math.floor((x - tileX * across) / pixels);
  const row = Math.floor((y - tileY * down) / pixels);
  if (tileX < 0 || tileY < 0 || tileX >= tilesPerRow) return undefined;
  if (column >= tileColumns || row >= tileRows) return undefined;
  const tile = tiles[tileY * tilesPerRow + tileX];
  if (tile === undefined) return undefined;
  const cell = tile * tileColumns * tileRows + row * tileColumns + column;
  return cell < length ? cell : undefined;
}
