/** Arguments of the module's calls. */
import { describe, expect, it } from 'vitest';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../../../src/abi/status.ts';
import { expectSound, smallLlfree } from '../../../support/llfree.ts';

describe('today', () => {
  it.each([
    [12, 0, 0],
    [0, 2, 0],
    [0, 0, 1],
    [0, 0, 0, 8192],
    [1, 0, 0, 1],
  ])('get(%i, %i, %i, %s) is refused and changes nothing', (order, cls, slot, frame?: number) => {
    const core = smallLlfree();
    expect(core.get(order, cls, slot, frame)).toBe(STATUS_BAD_ARGUMENT);
    expect([...core.tables.slots()]).toEqual([]);
    expectSound(core);
  });

  it.each([
    [5, 1, 0],
    [8192, 0, 0],
    [0, 0, 2],
    [0, 33, 0],
  ])('put(%i, %i, %i) is refused', (frame, order, cls) => {
    const core = smallLlfree({ isAllocated: true });
    expect(core.put(frame, order, cls, 0)).toBe(STATUS_BAD_ARGUMENT);
    expectSound(core);
  });

  it('has no monitor', () => {
    const core = smallLlfree();
    expect([core.reclaim(false), core.giveBack(0), core.install(0)]).toEqual(
      Array.from({ length: 3 }, () => STATUS_BAD_STATE),
    );
  });

  it('a free of what is free is refused', () => {
    const core = smallLlfree();
    expect(core.put(0, 0, 0, 0)).toBe(STATUS_BAD_STATE);
    expect(core.put(0, 9, 1, 0)).toBe(STATUS_BAD_STATE);
    expectSound(core);
  });
});

describe('with kinds', () => {
  it('orders end at 10, classes at 1, and any CPU has a slot', () => {
    const core = smallLlfree({ rules: 'kinds', treeHuge: 8, frames: 16384 });
    expect([core.get(11, 0, 0), core.get(0, 2, 0)]).toEqual([-3, -3]);
    expect(core.get(10, 0, 77)).toBeGreaterThanOrEqual(0);
    expect([core.giveBack(16384), core.install(16384)]).toEqual([-3, -3]);
  });

  it('one CPU is drained, or all', () => {
    const core = smallLlfree({ rules: 'kinds', treeHuge: 8, frames: 65536, cpus: 2 });
    const cpus = (): number[] => [...core.tables.slots()].map(({ index }) => index);
    for (const cpu of [0, 1]) core.get(0, 0, cpu);
    expect(cpus()).toEqual([0, 1]);
    core.drain(0);
    expect(cpus()).toEqual([1]);
    core.drain();
    expect(cpus()).toEqual([]);
    expectSound(core);
  });
});
