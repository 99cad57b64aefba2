/** Pixels of a map. */
import { describe, expect, it } from 'vitest';
import { MARK_MIXED } from '../../../src/map/cells.ts';
import { layoutOfMaps } from '../../../src/map/layout.ts';
import { paletteOf } from '../../../src/map/palette.ts';
import { paintMap, pixelOf } from '../../../src/map/raster.ts';
import { USE_FILE, USE_FREE } from '../../../src/map/use.ts';
import { handMap } from '../../support/map.ts';

const palette = paletteOf('light');
const map = handMap(64, (cells, cell) => {
  cells.use[cell] = cell === 0 ? USE_FILE : USE_FREE;
  cells.taken[cell] = cell === 0 ? 127 : 0;
  cells.takenBacked[cell] = cells.taken[cell] as number;
  cells.order[cell] = 11;
  cells.marks[cell] = cell === 2 ? MARK_MIXED : 0;
  cells.zone[cell] = cell < 8 ? 0 : 1;
});
const layout = layoutOfMaps([map], 160, 160);
const pixels = new Uint32Array(layout.width * layout.height);
paintMap(map, layout, palette, pixels);
const at = (x: number, y: number): number => pixels[y * layout.width + x] as number;

describe('pixels', () => {
  it('are words with red in the lowest byte', () => {
    expect(pixelOf(0x123456)).toBe(0xff563412);
  });

  it('fill a cell from below as far as it is taken', () => {
    const side = layout.pixels - layout.space;
    expect(at(1, side - 1)).toBe(pixelOf(palette.use[USE_FILE] as number));
    expect(at(1, 1)).toBe(pixelOf(palette.free[11] as number));
  });

  it('have a line between blocks of the region for CZones', () => {
    const drawn = new Uint32Array(pixels.length);
    const region = { start: 16 * 512, frames: 32 * 512, blockFrames: 512 };
    paintMap(map, layout, palette, drawn, { region });
    const edge = (row: number): number =>
      drawn[(row * layout.pixels + 1) * layout.width + layout.pixels - 1]!;
    expect([edge(1), edge(2)]).toEqual([pixelOf(palette.paper), pixelOf(palette.block)]);
  });

  it('have a border between zones and a corner where a cell is marked', () => {
    expect(at(0, layout.pixels - 1)).toBe(pixelOf(palette.border));
    expect(at(3 * layout.pixels - 2, 0)).toBe(pixelOf(palette.mark));
    expect(at(layout.pixels - 1, 1)).toBe(pixelOf(palette.paper));
  });
});
