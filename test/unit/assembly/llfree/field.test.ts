/** Where in a huge frame's bit field a block is found. */
import { describe, expect, it } from 'vitest';
import { expectSound, smallLlfree, takeMany } from '../../../support/llfree.ts';

describe('bits of a huge frame', () => {
  it('are taken at the lowest aligned place of the first row that has one', () => {
    const core = smallLlfree();
    expect([0, 0, 1, 3, 0].map((order) => core.get(order, 0, 0) - 6144)).toEqual([0, 1, 2, 8, 4]);
    expectSound(core);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'blocks of order %i are aligned and do not overlap',
    (order) => {
      const core = smallLlfree();
      const blocks = takeMany(core, 8192 >> order, order);
      expect(blocks.toSorted((a, b) => a - b)).toEqual(blocks.map((_, at) => at << order));
      expectSound(core);
    },
  );

  it('of order 7 and 8 are searched from the group of the hinted row', () => {
    const core = smallLlfree();
    takeMany(core, 130, 0); // the hint is at row 2
    expect(core.get(8, 0, 0)).toBe(6144 + 256);
  });

  it('change all or none', () => {
    const core = smallLlfree();
    const frame = core.get(0, 0, 0);
    expect(core.get(3, 0, 0, frame)).toBeLessThan(0);
    expect(core.put(frame, 3, 0, 0)).toBeLessThan(0);
    expect(core.tables.entry(frame / 512).free).toBe(511);
    expectSound(core);
  });

  it('behind the end of a zone are taken for good', () => {
    const core = smallLlfree({ frames: 8192 - 100 });
    expect(takeMany(core, 8192 - 100, 0).every((frame) => frame >= 0 && frame < 8092)).toBe(true);
    expect(core.get(0, 0, 0)).toBeLessThan(0);
    expectSound(core);
  });
});
