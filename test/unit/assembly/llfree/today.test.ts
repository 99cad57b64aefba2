/** LLFree as it is today: frames worked out by hand from its rules. */
import { describe, expect, it } from 'vitest';
import { STATUS_NO_MEMORY } from '../../../../src/abi/status.ts';
import { expectSound, smallLlfree, takeMany, treesOf } from '../../../support/llfree.ts';

describe('a slot of the small class', () => {
  it('reserves the last tree first, since a search near its start leaves out the start', () => {
    const core = smallLlfree();
    const orders = [0, 0, 1, 3, 0, 6, 7, 0, 8];
    expect(orders.map((order) => core.get(order, 0, 0))).toEqual([
      6144, 6145, 6146, 6152, 6148, 6208, 6272, 6400, 6912,
    ]);
    expect([9, 10, 9].map((order) => core.get(order, 1, 0))).toEqual([0, 1024, 512]);
    expect(treesOf(core)).toEqual(['0R/1', '2048/1', '2048/1', '0R/0']);
    core.put(1024, 10, 1, 0);
    core.drain();
    expect(treesOf(core)).toEqual(['1024/1', '2048/1', '2048/1', '1586/0']);
    expectSound(core);
  });

  it('finds what was freed at boot, tree by tree', () => {
    const core = smallLlfree({ isAllocated: true });
    expect([core.put(0, 0, 0, 0), core.put(512, 9, 1, 0), core.put(1, 0, 0, 0)]).toEqual([0, 0, 0]);
    expect(takeMany(core, 3, 0)).toEqual([0, 1, 512]);
    expectSound(core);
  });
});

describe('when memory is short', () => {
  it('frames of a tree that another reserved are out of reach', () => {
    const core = smallLlfree();
    takeMany(core, 16, 9, 1);
    const [slot] = core.tables.slots();
    const frame = (slot?.tree ?? 0) * 2048;
    core.put(frame, 9, 0); // by no slot: the tree counts it, not the slot that reserved the tree
    expect(core.tables.count().free).toBe(512);
    expect(core.get(0, 0)).toBe(STATUS_NO_MEMORY);
    core.drain();
    expect(core.get(0, 0)).toBe(frame);
    expectSound(core);
  });

  it('a slot of a higher class loses its tree', () => {
    const core = smallLlfree({ frames: 4096 });
    takeMany(core, 7, 9, 1);
    const frame = core.get(0, 0, 0);
    expect(frame).toBeGreaterThanOrEqual(0);
    expect(core.lastClass).toBe(0);
    expect([...core.tables.slots()].map((slot) => slot.class)).toEqual([0]);
    expectSound(core);
  });

  it('a given frame is taken whoever has reserved its tree', () => {
    const core = smallLlfree({ cpus: 2 });
    const frame = core.get(0, 0, 0);
    expect(core.get(0, 0, 1, frame + 1)).toBe(frame + 1);
    expect(core.get(0, 0, 1, frame)).toBe(STATUS_NO_MEMORY);
    expectSound(core);
  });
});
