/** The header: sizes that all of the allocator goes by. */
import { expect, it } from 'vitest';
import { smallLlfree } from '../../../support/llfree.ts';

it.each([1, 2, 4, 8, 16, 512])(
  'a tree has %i huge frames: its blocks reach up to that',
  (treeHuge) => {
    const core = smallLlfree({ treeHuge, frames: 2 * treeHuge * 512 });
    const most = 9 + Math.log2(treeHuge);
    expect(core.tables.trees).toBe(2);
    expect(core.get(most, 1, 0)).toBe(0);
    expect(core.get(most + 1, 1, 0)).toBe(-3);
  },
);

it('allocators share nothing', () => {
  const [first, second] = [smallLlfree(), smallLlfree()];
  first.get(0, 0, 0);
  expect(second.get(0, 0, 0)).toBe(6144);
});
