/** The sandbox's task holds what it says, as the host counts it. */
import { expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../../src/abi/unit.ts';
import { loneHost } from '../../../../src/scenario/guest.ts';
import {
  SANDBOX_MIB,
  TASK,
  heldMib,
  mibOf,
  msOf,
  startTask,
} from '../../../../src/scenario/question/sandbox.ts';
import { CAUSE_ANONYMOUS, CAUSE_FILE_SHARED, newCounts } from '../../../../src/vmm/index.ts';

it('a task takes its heap and its files, and leaves its files when it ends', () => {
  const { vmm, vm } = loneHost({ memoryFrames: SANDBOX_MIB * FRAMES_PER_MIB });
  const before = heldMib(vmm);
  const task = startTask(vm, TASK);
  vm.settle(newCounts());
  const { account } = vmm.host;
  expect(mibOf(account[CAUSE_ANONYMOUS] as number)).toBe(TASK.heapMib);
  expect(mibOf(account[CAUSE_FILE_SHARED] as number)).toBe(TASK.filesMib);
  expect(heldMib(vmm) - before).toBeGreaterThan(TASK.heapMib + TASK.filesMib);
  task.exit();
  vm.settle(newCounts());
  expect(account[CAUSE_ANONYMOUS]).toBe(0);
  expect(mibOf(account[CAUSE_FILE_SHARED] as number)).toBe(TASK.filesMib);
});

it('work is counts at typical prices', () => {
  expect(msOf({ blockRead4KiB: 2000 })).toBeCloseTo(2 * msOf({ blockRead4KiB: 1000 }), 9);
  expect(msOf({})).toBe(0);
});
