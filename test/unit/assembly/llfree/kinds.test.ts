/** LLFree as HyperAlloc's artifact has it: frames worked out by hand from its rules. */
import { describe, expect, it } from 'vitest';
import { STATUS_NO_MEMORY } from '../../../../src/abi/status.ts';
import { expectSound, smallLlfree, takeMany, treesOf } from '../../../support/llfree.ts';

const KINDS = { rules: 'kinds', treeHuge: 8 } as const;

describe('kinds', () => {
  it('have a tree each', () => {
    const core = smallLlfree({ ...KINDS, frames: 16384 });
    const got = [core.get(0, 0, 0), core.get(0, 1, 0), core.get(9, 0, 0), core.get(10, 0, 0)];
    expect(got).toEqual([0, 12288, 4096, 5120]);
    expect(treesOf(core)).toEqual(['0R/0', '0R/2', '4096/0', '0R/1']);
    expectSound(core);
  });

  it('and slots are given up where there are fewer than three trees a CPU', () => {
    const core = smallLlfree({ ...KINDS, frames: 8192 });
    expect([core.get(0, 1, 0), core.get(9, 0, 0)]).toEqual([0, 512]);
    expect([...core.tables.slots()]).toEqual([]);
    expect(treesOf(core)).toEqual(['3583/0', '4096/0']);
  });

  it('what is given back is always counted by the tree', () => {
    const core = smallLlfree({ ...KINDS, frames: 16384 });
    core.put(core.get(0, 0, 0), 0, 0, 0);
    expect(treesOf(core)[0]).toBe('1R/0');
    expectSound(core);
  });
});

describe('when memory is short', () => {
  it('slots of a higher kind are taken over, at the end all memory is in use', () => {
    const core = smallLlfree({ ...KINDS, frames: 4 * 4096 });
    core.get(9, 0, 0);
    expect(takeMany(core, 4 * 4096 - 512, 0).every((frame) => frame >= 0)).toBe(true);
    expect(core.get(0, 0, 0)).toBe(STATUS_NO_MEMORY);
    expectSound(core);
  });

  it('a given frame is taken from the slot that holds its tree', () => {
    const core = smallLlfree({ ...KINDS, frames: 16384 });
    const frame = core.get(0, 0, 0);
    expect(core.get(0, 0, 0, frame + 9)).toBe(frame + 9);
    expect(core.get(0, 1, 0, frame)).toBe(STATUS_NO_MEMORY);
    expectSound(core);
  });
});
