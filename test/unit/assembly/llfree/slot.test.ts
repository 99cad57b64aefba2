/** Slots: what a CPU has reserved. */
import { describe, expect, it } from 'vitest';
import { expectSound, smallLlfree, takeMany, treesOf } from '../../../support/llfree.ts';

describe('a slot', () => {
  it('holds the whole count of its tree', () => {
    const core = smallLlfree();
    core.get(3, 0, 0);
    expect([...core.tables.slots()]).toEqual([
      { class: 0, index: 0, tree: 3, row: 96, free: 2040 },
    ]);
    expect(treesOf(core)[3]).toBe('0R/0');
  });

  it('is filled up from its tree when it is short: frames that others gave back', () => {
    const core = smallLlfree({ cpus: 2 });
    const frames = takeMany(core, 2048, 0);
    for (const frame of frames.slice(0, 2)) core.put(frame, 0, 0, 1);
    expect(treesOf(core)[3]).toBe('2R/0');
    expect(core.get(0, 0, 0)).toBe(frames[0]);
    expect(treesOf(core)[3]).toBe('0R/0');
    expectSound(core);
  });

  it('is not filled up for the last missing frame today, but is with kinds', () => {
    const today = smallLlfree({ cpus: 2, frames: 4096, treeHuge: 1 });
    const [first = 0] = takeMany(today, 512, 0);
    today.put(first, 0, 0, 1);
    expect(Math.floor(today.get(0, 0, 0) / 512)).not.toBe(Math.floor(first / 512));
    const kinds = smallLlfree({ rules: 'kinds', frames: 8192, treeHuge: 1 });
    const [other = 0] = takeMany(kinds, 512, 0);
    kinds.put(other, 0, 0, 0);
    expect(kinds.get(0, 0, 0)).toBe(other);
    for (const core of [today, kinds]) expectSound(core);
  });
});
