/** Where cells stand: all of them in the picture, each found again under its own pixel. */
import { describe, expect, it } from 'vitest';
import { cellAt, eachCell, layoutOfMaps, tileSpot } from '../../../src/map/layout.ts';
import { USE_FREE, USE_NONE } from '../../../src/map/use.ts';
import { handMap } from '../../support/map.ts';

/** 6 memory blocks, of which the third and fourth are no memory. */
const map = handMap(384, (cells, cell) => {
  cells.use[cell] = cell >= 128 && cell < 256 ? USE_NONE : USE_FREE;
});

describe('a layout', () => {
  it('leaves out memory blocks that are not there', () => {
    expect(layoutOfMaps([map], 400, 300).tiles).toEqual([0, 1, 4, 5]);
  });

  it.each([
    [2000, 1200],
    [400, 300],
    [90, 1000],
    [10, 10],
  ])('in %d x %d pixels has each cell where cellAt finds it', (width, height) => {
    const layout = layoutOfMaps([map], width, height);
    let seen = 0;
    eachCell(layout, 384, (cell, x, y) => {
      seen += 1;
      expect(cellAt(layout, 384, { x, y })).toBe(cell);
      const side = layout.pixels - 1;
      expect(cellAt(layout, 384, { x: x + side, y: y + side })).toBe(cell);
      expect(x + side).toBeLessThan(layout.width);
      expect(y + side).toBeLessThan(layout.height);
    });
    expect(seen).toBe(256);
  });

  it('keeps to the room that there is while cells have pixels', () => {
    const { width, height } = layoutOfMaps([map], 300, 200);
    expect(width).toBeLessThanOrEqual(300);
    expect(height).toBeLessThanOrEqual(200);
  });

  it('has no cell between tiles or outside', () => {
    const layout = layoutOfMaps([map], 400, 300);
    const between = layout.tileColumns * layout.pixels;
    expect(cellAt(layout, 384, { x: between, y: 0 })).toBeUndefined();
    expect(cellAt(layout, 384, { x: -1, y: 0 })).toBeUndefined();
    expect(cellAt(layout, 384, { x: 0, y: 10_000 })).toBeUndefined();
  });

  it('of nothing is a layout all the same', () => {
    expect(layoutOfMaps([handMap(64, () => {})], 100, 100).tiles).toEqual([0]);
  });
});

describe('a layout of several guests', () => {
  /** Three places of two memory blocks; the second guest has only its first, the third place is empty. */
  const guests = handMap(384, (cells, cell) => {
    cells.use[cell] = cell < 192 ? USE_FREE : USE_NONE;
  });

  it.each([
    [2000, 1200],
    [200, 1000],
    [70, 1000],
  ])('in %d x %d pixels keeps each guest together and finds its cells', (width, height) => {
    const layout = layoutOfMaps([guests], width, height, 128 * 512);
    expect(layout.tiles.filter((tile) => tile >= 0)).toEqual([0, 1, 2, 3]);
    eachCell(layout, 384, (cell, x, y) => {
      expect(cellAt(layout, 384, { x, y })).toBe(cell);
      expect(x + layout.pixels - 1).toBeLessThan(layout.width);
      expect(y + layout.pixels - 1).toBeLessThan(layout.height);
    });
  });

  it('has more room between guests than between memory blocks', () => {
    const layout = layoutOfMaps([guests], 2000, 1200, 128 * 512);
    const left = [0, 1, 2].map((at) => tileSpot(layout, at).x);
    expect(left[2]! - left[1]!).toBeGreaterThan(left[1]! - left[0]!);
  });
});
