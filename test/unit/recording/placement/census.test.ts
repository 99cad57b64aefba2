// What the counts of a guest add up to.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unusableIndex } from '../../../../src/recording/placement/census.ts';

describe('unusable free space', () => {
  it('is what lies in blocks too small', () => {
    // 4 single frames, 2 blocks of 2 frames, 1 of 8: 16 frames free.
    expect(unusableIndex([4, 2, 0, 1])).toEqual([0, 4 / 16, 8 / 16, 8 / 16]);
    expect(unusableIndex([0, 0])).toEqual([0, 0]);
  });

  it('grows with the order, from 0 to at most 1', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 11 }), (blocks) => {
        const index = unusableIndex(blocks);
        expect(index[0]).toBe(0);
        index.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(index[i - 1] ?? 0);
          expect(value).toBeLessThanOrEqual(1);
        });
      }),
    );
  });
});
