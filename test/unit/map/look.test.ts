/** How cells look: filled as far as they are taken, paler without host memory. */
import { describe, expect, it } from 'vitest';
import { MARK_ISOLATED, MARK_MIXED, MARK_PER_CPU } from '../../../src/map/cells.ts';
import { type CellLook, lookAt, markWords, newLook } from '../../../src/map/look.ts';
import { paletteOf } from '../../../src/map/palette.ts';
import { USE_BALLOON, USE_FILE, USE_FREE, USE_OFFLINE } from '../../../src/map/use.ts';
import { handMap } from '../../support/map.ts';

const palette = paletteOf('light');
const { cells } = handMap(5, (all, cell) => {
  const half = 128;
  const rows = [
    [USE_FILE, half, half, 0, 0],
    [USE_BALLOON, 255, 0, 0, 0],
    [USE_FREE, 0, 0, 255, 11],
    [USE_FREE, 0, 0, 0, 11],
    [USE_OFFLINE, 0, 0, 0, 0],
  ];
  const [use = 0, taken = 0, takenBacked = 0, freeBacked = 0, order = 0] = rows[cell] ?? [];
  Object.entries({ use, taken, takenBacked, freeBacked, order }).forEach(([name, value]) => {
    all[name as keyof typeof all][cell] = value;
  });
});

function lookOf(cell: number): CellLook {
  const look = newLook();
  lookAt(cells, cell, palette, look);
  return look;
}

describe('a cell', () => {
  it('is filled by what is taken, in its colour where the host backs it', () => {
    expect(lookOf(0)).toMatchObject({ fill: 128, front: palette.use[USE_FILE] });
  });

  it('of a balloon is pale: no host memory is behind it', () => {
    const { front, fill } = lookOf(1);
    expect(fill).toBe(255);
    expect(front).not.toBe(palette.use[USE_BALLOON]);
  });

  it('that is free shows whether the host still holds it', () => {
    expect(lookOf(2).back).toBe(palette.freeBacked[11]);
    expect(lookOf(3).back).toBe(palette.free[11]);
  });

  it('that is no memory has its kind’s colour', () => {
    expect(lookOf(4)).toMatchObject({ back: palette.use[USE_OFFLINE], fill: 0 });
  });
});

it('marks are words', () => {
  expect(markWords(MARK_MIXED | MARK_PER_CPU | MARK_ISOLATED)).toEqual([
    'movable and unmovable',
    'pages on per-CPU lists',
    'isolated pages',
  ]);
  expect(markWords(0)).toEqual([]);
});
