/** What devices do by themselves is booked when their turn is over, once, with all that it took. */
import { expect, it } from 'vitest';
import { addWork, DeviceTurn } from '../../../src/serverless/device-turn.ts';
import { COUNT_FREE_PAGES, type DeviceWork, newCounts } from '../../../src/serverless/index.ts';
import type { StartedVm } from '../../../src/serverless/many-per-vm.ts';
import { PROFILE } from '../../support/serverless.ts';
import { testVm } from '../../support/vm.ts';

function turnOf(): { turn: DeviceTurn; works: DeviceWork[]; rig: ReturnType<typeof testVm> } {
  const rig = testVm(128);
  const works: DeviceWork[] = [];
  const context = { clock: rig.vmm.clock } as StartedVm['context'];
  const worked = (work: DeviceWork): number => works.push(work);
  const turn = new DeviceTurn({ vm: rig.vm, profile: PROFILE, context, ended: () => {}, worked });
  return { turn, works, rig };
}

it('books a turn when it is over, however often it was noted', () => {
  const { turn, works, rig } = turnOf();
  rig.vm.settle(newCounts());
  turn.note(10, 4);
  rig.vm.guest.writeAndFree(100);
  turn.note(1, 1);
  expect(works).toEqual([]);
  rig.vmm.clock.advance(0);
  expect(works).toHaveLength(1);
  const [work] = works;
  expect(work?.request).toMatchObject({ askedFrames: 11, gotFrames: 5 });
  expect(work?.counts[COUNT_FREE_PAGES]).toBeGreaterThanOrEqual(100);
  expect(work?.request?.counts).toEqual(work?.counts);
  turn.note(2, 2);
  rig.vmm.clock.advance(0);
  expect(works[1]?.request).toMatchObject({ askedFrames: 2, gotFrames: 2 });
});

it('books nothing of a VM that has ended meanwhile', () => {
  const { turn, works, rig } = turnOf();
  turn.note(10, 4);
  rig.vmm.stop(rig.vm);
  rig.vmm.clock.advance(1);
  expect(works).toEqual([]);
});

it('adds work up by operation and by slot', () => {
  const sum = { operations: { vmExit: 1 }, counts: newCounts() };
  const counts = newCounts();
  counts[COUNT_FREE_PAGES] = 3;
  addWork(sum, { operations: { vmExit: 2, interrupt: 4 }, counts });
  expect(sum.operations).toEqual({ vmExit: 3, interrupt: 4 });
  expect(sum.counts[COUNT_FREE_PAGES]).toBe(3);
});
