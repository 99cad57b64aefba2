import { describe, expect, it } from 'vitest';
import {
  CAUSE_HOST_CACHE,
  COUNT_TEMPLATE_COPIES,
  COUNT_TEMPLATE_MAPS,
  type MicroVm,
  Process,
  Reporting,
  type Vmm,
  newCounts,
} from '../../../src/vmm/index.ts';
import { takeCensus } from '../../support/census.ts';
import { expectSound, testGuest, testVmm } from '../../support/vm.ts';

const TOUCHED = { cloneWrittenFrames: 200, cloneReadFrames: 300 };
const HEAP = 4000;

function start(shared: boolean): { vmm: Vmm; vm: MicroVm; process: Process; others: number } {
  const vmm = testVmm();
  const other = vmm.start(testGuest(128), shared);
  const before = vmm.host.heldFrames;
  const vm = vmm.start(testGuest(128), shared);
  const process = new Process(vm.guest, { cpu: 0, kernelFrames: 64, mappedPages: HEAP + 1000 });
  process.touch(0, HEAP, true);
  vm.settle(newCounts());
  expect(other.stopReason).toBeUndefined();
  return { vmm, vm, process, others: before };
}

/** What a walk over the guest finds is what the account says. */
function expectTrue(vm: MicroVm): void {
  const { memory, core } = vm.guest;
  const { guestOs, file, anonymous, pageTables } = memory.used;
  expect(memory.idleFrames).toBe(takeCensus(core).idleFrames);
  expect(guestOs + file + anonymous + pageTables + memory.idleFrames).toBe(core.privateFrames);
  expectSound(vm);
}

describe.each([true, false])('a VM that is suspended, cloned: %s', (shared) => {
  it('holds nothing of its host for itself, and has written what was its own', () => {
    const { vmm, vm, others } = start(shared);
    const { privateFrames } = vm.guest.core;
    vm.suspend();
    expect(vm.guest.core.privateFrames).toBe(0);
    expect(vmm.host.heldFrames).toBeCloseTo(others, 6);
    expect(vm.suspendCounts).toEqual({
      suspends: 1,
      resumes: 0,
      writtenFrames: privateFrames,
      readFrames: 0,
    });
    expectTrue(vm);
  });

  it('reads back what it touches, keeps what it only reads as the image’s, and copies what it writes', () => {
    const { vmm, vm, process } = start(shared);
    vm.suspend();
    vm.resume(TOUCHED);
    const counts = newCounts();
    process.touch(0, 1000, false);
    vm.settle(counts);
    expect(vm.takeOperations()).toMatchObject({ vmmStart: 1, snapshotLoad: 1 });
    expect(counts[COUNT_TEMPLATE_MAPS]).toBeGreaterThanOrEqual(1000);
    const mapped = vmm.host.account[CAUSE_HOST_CACHE] as number;
    expect(mapped).toBeGreaterThanOrEqual(1000);
    process.touch(0, 1000, true);
    const later = newCounts();
    vm.settle(later);
    expect(later[COUNT_TEMPLATE_COPIES]).toBe(1000);
    expect(vmm.host.account[CAUSE_HOST_CACHE]).toBe(mapped - 1000);
    // a page is read once
    expect(vm.takeOperations()?.imageRead4KiB ?? 0).toBe(0);
    expect(vm.suspendCounts?.readFrames).toBeGreaterThanOrEqual(1000);
    expectTrue(vm);
    vmm.stop(vm);
  });

  it('writes only what it has written since, and reads the last working set in one go if told to', () => {
    const { vm, process } = start(shared);
    vm.suspend();
    vm.resume(TOUCHED);
    process.touch(0, 500, true);
    vm.settle(newCounts());
    const { privateFrames, backedFrames } = vm.guest.core;
    const before = vm.suspendCounts?.writtenFrames ?? 0;
    vm.suspend('working-set');
    expect((vm.suspendCounts?.writtenFrames ?? 0) - before).toBe(privateFrames);
    vm.takeOperations();
    vm.resume(TOUCHED);
    vm.settle(newCounts());
    const { imageBulkRead4KiB = 0, imageRead4KiB = 0 } = vm.takeOperations() ?? {};
    expect(imageBulkRead4KiB).toBeGreaterThan(500);
    expect(imageBulkRead4KiB).toBeLessThanOrEqual(backedFrames);
    expect(imageRead4KiB).toBe(0);
    expectTrue(vm);
  });

  it('has its process end after a resume as before, with nothing left', () => {
    const { vmm, vm, process, others } = start(shared);
    vm.suspend();
    vm.resume(TOUCHED);
    process.exit();
    vm.settle(newCounts());
    expect(vm.guest.memory.used.anonymous).toBe(0);
    expectTrue(vm);
    vmm.stop(vm);
    expect(vmm.host.heldFrames).toBeCloseTo(others, 6);
  });
});

it('has devices wait with their timers until it goes on', () => {
  const { vmm, vm } = start(true);
  const { balloon } = new Reporting(vm, vmm.clock);
  const before = balloon.reporter?.passes;
  vm.settle(newCounts());
  vm.suspend();
  vmm.clock.advance(60e9);
  expect(balloon.reporter?.passes).toBe(before);
  vm.resume(TOUCHED);
  vmm.advance(60e9);
  expect(balloon.reporter?.passes).toBeGreaterThan(before as number);
});
