/** What is in use in a recording counts as backed. */
import { expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE } from '../../../src/core/index.ts';
import { USE_MOVABLE, mapOf } from '../../../src/map/index.ts';
import { recordedSource } from '../../../src/recording/source.ts';
import { bootGuest } from '../../support/core.ts';

it('pages in use are backed with the whole of their block, free ones are not', () => {
  const core = bootGuest();
  core.pages.alloc(GFP_HIGHUSER_MOVABLE, 3, 0, 5);
  const map = mapOf(recordedSource(core, () => USE_MOVABLE));
  expect([map.frames[USE_MOVABLE], map.backed[USE_MOVABLE]]).toEqual([8, 8]);
  expect(map.cells.freeBacked.every((share) => share === 0)).toBe(true);
});
