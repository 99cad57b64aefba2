/** The legend's figures are the map's. */
import { expect, it } from 'vitest';
import { foldOwners, legendOf } from '../../../src/map/legend.ts';
import { paletteOf } from '../../../src/map/palette.ts';
import { USE_FREE, USE_NONE, USE_OWNER } from '../../../src/map/use.ts';
import { handMap, handReel } from '../../support/map.ts';

it('has a row a use that there is, and free memory as the host sees it', () => {
  const map = handMap(64, () => {}, {
    [USE_NONE]: [100, 0],
    [USE_FREE]: [300, 40],
    [USE_OWNER]: [60, 50],
  });
  const rows = legendOf(handReel(map), map, paletteOf('light'));
  expect(rows.map(({ name, frames, backed }) => [name, frames, backed])).toEqual([
    ['free, host-backed', 40, 40],
    ['free', 260, 0],
    ['one', 60, 50],
  ]);
});

it('has one row for containers where there are too many to name', () => {
  const map = handMap(64, () => {}, {
    [USE_FREE]: [300, 0],
    [USE_OWNER]: [60, 50],
    [USE_OWNER + 1]: [6, 5],
  });
  const rows = legendOf(handReel(map), map, paletteOf('light'));
  expect(foldOwners(rows)).toEqual(rows);
  expect(foldOwners(rows, 1).map(({ name, frames, backed }) => [name, frames, backed])).toEqual([
    ['free', 300, 0],
    ['containers, each in a colour of its own', 66, 55],
  ]);
});
