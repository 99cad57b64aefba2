// A map as pixels: what a canvas and a PNG show.

import { type MapAbout, borderOf } from './border.ts';
import type { MemoryMap } from './cells.ts';
import { SHARE_ALL } from './cells.ts';
import { type MapLayout, eachCell } from './layout.ts';
import { lookAt, newLook } from './look.ts';
import type { Palette } from './palette.ts';

const OPAQUE = 0xff000000;
/** A mark is a corner of so many pixels, where the cell is large enough for it. */
const MARK_PIXELS_LEAST = 6;

/** 0xRRGGBB as the word of ImageData: red first in memory, on machines with the low byte first. */
export function pixelOf(colour: number): number {
  const swapped = ((colour & 0xff) << 16) | (colour & 0xff00) | (colour >>> 16);
  return (swapped | OPAQUE) >>> 0;
}

class Painter {
  readonly #pixels: Uint32Array;
  readonly #width: number;

  constructor(pixels: Uint32Array, width: number) {
    this.#pixels = pixels;
    this.#width = width;
  }

  fill(x: number, y: number, width: number, height: number, colour: number): void {
    const pixel = pixelOf(colour);
    const pixels = this.#pixels;
    const line = this.#width;
    // a cell is a few pixels wide: TypedArray.fill would cost more than it does
    for (let from = y * line + x; from < (y + height) * line; from += line) {
      for (let at = from; at < from + width; at += 1) pixels[at] = pixel;
    }
  }

  /** A triangle in the upper right corner of a square. */
  corner(x: number, y: number, side: number, colour: number): void {
    const size = Math.ceil(side / 3);
    for (let row = 0; row < size; row += 1) {
      this.fill(x + side - size + row, y + row, size - row, 1, colour);
    }
  }
}

/** Draws all of a map into `pixels`, of layout.width x layout.height. */
export function paintMap(
  map: MemoryMap,
  layout: MapLayout,
  palette: Palette,
  pixels: Uint32Array,
  about: MapAbout = {},
): void {
  const { cells } = map;
  pixels.fill(pixelOf(palette.paper));
  const painter = new Painter(pixels, layout.width);
  const { pixels: step, space, tileColumns, tileRows } = layout;
  const side = step - space;
  const tileCells = tileColumns * tileRows;
  const look = newLook();
  const between = borderOf(map, about);
  const colours = [palette.paper, palette.block, palette.border];
  eachCell(layout, cells.use.length, (cell, x, y) => {
    lookAt(cells, cell, palette, look);
    const { back, front, fill, isMarked } = look;
    const height = fill === 0 ? 0 : Math.max(1, Math.round((side * fill) / SHARE_ALL));
    if (height < side) painter.fill(x, y, side, side - height, back);
    if (height > 0) painter.fill(x, y + side - height, side, height, front);
    if (isMarked && step >= MARK_PIXELS_LEAST) painter.corner(x, y, side, palette.mark);
    if (space === 0) return;
    const at = cell % tileCells;
    if ((at + 1) % tileColumns !== 0) {
      const border = between(cell, cell + 1);
      if (border > 0) painter.fill(x + side, y, space, step, colours[border] as number);
    }
    if (at + tileColumns < tileCells) {
      const border = between(cell, cell + tileColumns);
      if (border > 0) painter.fill(x, y + side, step, space, colours[border] as number);
    }
  });
}
