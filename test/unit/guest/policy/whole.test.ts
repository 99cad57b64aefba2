import { expect, it } from 'vitest';
import { WHOLE } from '../../../../src/guest/index.ts';

it('gives a zone its limit at the start', () => {
  expect(WHOLE.firstBlocks('f', 17)).toBe(17);
});
