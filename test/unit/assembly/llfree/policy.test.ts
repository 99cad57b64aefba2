/** What a request of one class may do with a tree of another, today. */
import { describe, expect, it } from 'vitest';
import { smallLlfree, takeMany, treesOf } from '../../../support/llfree.ts';

describe('a request', () => {
  it('of a lower class makes the tree its own', () => {
    const core = smallLlfree({ rules: 'movable' });
    core.get(0, 1);
    core.get(0, 0);
    expect(treesOf(core)[0]).toBe('2046/0');
    expect(core.lastClass).toBe(0);
  });

  it('of a higher class uses the tree as what it is', () => {
    const core = smallLlfree();
    takeMany(core, 1, 0);
    takeMany(core, 14, 9, 1);
    core.drain();
    expect(core.get(9, 1, 0)).toBeGreaterThanOrEqual(6144);
    expect(core.lastClass).toBe(0);
    expect(treesOf(core)[3]).toContain('/0');
  });

  it('prefers a tree of its own that is partly used to one that is mostly free', () => {
    const core = smallLlfree({ frames: 8 * 2048 });
    // a tree of class 0 half free and one nearly full, without a slot
    core.get(0, 0, undefined, 0);
    for (let at = 0; at < 1600; at += 8) core.get(3, 0, undefined, 2 * 2048 + at);
    expect(core.get(0, 0)).toBe(2 * 2048 + 1600);
  });
});
