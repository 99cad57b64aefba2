/** The monitor's side: huge frames that are free are taken, given back and installed. */
import { describe, expect, it } from 'vitest';
import { STATUS_BAD_STATE, STATUS_NO_MEMORY } from '../../../../src/abi/status.ts';
import { expectSound, smallLlfree, treesOf } from '../../../support/llfree.ts';

const KINDS = { rules: 'kinds', treeHuge: 8, frames: 8192 } as const;

describe('a soft reclaim', () => {
  it('leaves the frame free and says so when it is allocated', () => {
    const core = smallLlfree(KINDS);
    expect([core.reclaim(false), core.reclaim(false)]).toEqual([0, 512]);
    expect(treesOf(core)).toEqual(['4096/0', '4096/0']);
    expect([core.get(0, 0, 0), core.wasEvicted]).toEqual([0, true]);
    expect([core.install(0), core.install(0)]).toEqual([0, STATUS_BAD_STATE]);
    expect([core.get(0, 0, 0), core.wasEvicted]).toEqual([1, false]);
    expectSound(core);
  });

  it('is used last where installed frames are preferred', () => {
    const core = smallLlfree({ ...KINDS, rules: 'kinds-installed' });
    core.reclaim(false);
    expect([core.get(0, 0, 0), core.wasEvicted]).toEqual([512, false]);
  });

  it('never takes a huge frame in use, nor one of a reserved tree', () => {
    const core = smallLlfree({ ...KINDS, frames: 16384 });
    core.get(0, 0, 0);
    const taken = new Set<number>();
    for (let frame = core.reclaim(false); frame >= 0; frame = core.reclaim(false)) taken.add(frame);
    expect(taken.size).toBe(24);
    core.drain();
    for (let frame = core.reclaim(false); frame >= 0; frame = core.reclaim(false)) taken.add(frame);
    expect(taken.size).toBe(31);
    expect(taken.has(0)).toBe(false);
  });
});

describe('a hard reclaim', () => {
  it('looks allocated until it is given back, and stays evicted', () => {
    const core = smallLlfree(KINDS);
    core.reclaim(false);
    expect([core.reclaim(true), core.wasEvicted]).toEqual([0, true]);
    expect(core.tables.entry(0)).toEqual({ free: 0, isHuge: true, isEvicted: true });
    expect(treesOf(core)[0]).toBe('3584/0');
    expect([core.giveBack(0), core.giveBack(0)]).toEqual([0, STATUS_BAD_STATE]);
    expect(core.tables.entry(0)).toEqual({ free: 512, isHuge: false, isEvicted: true });
    expectSound(core);
  });

  it('goes on from the tree of the last one until there is none', () => {
    const core = smallLlfree(KINDS);
    const frames = Array.from({ length: 17 }, () => core.reclaim(true));
    expect(frames).toEqual([...Array.from({ length: 16 }, (_, at) => at * 512), STATUS_NO_MEMORY]);
    expect(core.get(0, 0, 0)).toBe(STATUS_NO_MEMORY);
  });
});
