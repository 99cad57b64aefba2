import { expect, it } from 'vitest';
import { joinMaps, placeFrames } from '../../../src/map/guests.ts';
import { USE_FILE, USE_FREE, USE_NONE } from '../../../src/map/use.ts';
import { handMap } from '../../support/map.ts';

it('has each guest at its place, and a place without one is no memory', () => {
  const small = handMap(2, (cells, cell) => (cells.use[cell] = USE_FILE), {
    [USE_FILE]: [1024, 7],
  });
  const large = handMap(70, (cells, cell) => (cells.use[cell] = USE_FREE), {
    [USE_FREE]: [70 * 512, 0],
  });
  const maps = [
    { place: 0, map: small },
    { place: 2, map: large },
  ];
  const frames = placeFrames(maps);
  expect(frames).toBe(2 * 64 * 512);
  const joined = joinMaps(maps, 3, frames);
  expect(joined.count).toBe(3 * frames);
  expect([...joined.cells.use.subarray(0, 3)]).toEqual([USE_FILE, USE_FILE, USE_NONE]);
  expect(joined.cells.use[128]).toBe(USE_NONE);
  expect(joined.cells.use[256 + 69]).toBe(USE_FREE);
  expect(joined.cells.use[256 + 70]).toBe(USE_NONE);
  expect(joined.frames[USE_FILE]).toBe(1024);
  expect(joined.backed[USE_FILE]).toBe(7);
  expect(joined.frames.reduce((sum, here) => sum + here, 0)).toBe(joined.count);
});
