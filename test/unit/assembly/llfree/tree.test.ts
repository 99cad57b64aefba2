/** Tree entries: counts, marks and the order in which trees are visited. */
import { describe, expect, it } from 'vitest';
import { expectSound, smallLlfree, treesOf } from '../../../support/llfree.ts';

describe('trees', () => {
  it('are visited from the start: one before, one after, two before, in a circle', () => {
    const core = smallLlfree({ frames: 6 * 2048 });
    const trees: number[] = [];
    // whole trees: none can be had twice
    for (let at = 0; at < 6; at += 1) trees.push(core.get(11, 1, undefined) / 2048);
    expect(trees).toEqual([0, 5, 1, 4, 2, 3]);
  });

  it('have the highest class while they are entirely free, today', () => {
    const core = smallLlfree({ rules: 'movable' });
    const frame = core.get(0, 0, 0);
    core.drain();
    expect(treesOf(core)[3]).toBe('2047/0');
    core.put(frame, 0, 0);
    expect(treesOf(core)[3]).toBe('2048/2');
    expectSound(core);
  });

  it('keep the kind they had, with kinds', () => {
    const core = smallLlfree({ rules: 'kinds', treeHuge: 8, frames: 16384 });
    const frame = core.get(0, 1, 0);
    core.drain();
    core.put(frame, 0, 0, 0);
    expect(treesOf(core)).toEqual(['4096/1', '4096/0', '4096/0', '4096/0']);
    expectSound(core);
  });
});
