import { expect, it } from 'vitest';
import { BORDER_BLOCK, BORDER_NONE, BORDER_ZONE, borderOf } from '../../../src/map/border.ts';
import { handMap } from '../../support/map.ts';

const map = handMap(128, (cells, cell) => (cells.zone[cell] = cell % 64 < 8 ? 0 : 1));

it('is where a zone ends, and where a block of the region does', () => {
  const region = { start: 16 * 512, frames: 16 * 512, blockFrames: 4 * 512 };
  const between = borderOf(map, { region });
  expect([between(7, 8), between(8, 9), between(15, 16)]).toEqual([
    BORDER_ZONE,
    BORDER_NONE,
    BORDER_BLOCK,
  ]);
  expect([between(18, 19), between(19, 20), between(31, 32)]).toEqual([
    BORDER_NONE,
    BORDER_BLOCK,
    BORDER_BLOCK,
  ]);
  expect(between(83, 84)).toBe(BORDER_NONE);
  expect(borderOf(map, { region, guestFrames: 64 * 512 })(83, 84)).toBe(BORDER_BLOCK);
  expect(borderOf(map, {})(19, 20)).toBe(BORDER_NONE);
});
