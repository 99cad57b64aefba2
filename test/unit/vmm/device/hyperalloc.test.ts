/** HyperAlloc in a VM: what its host takes, what comes back when it is used, and what both of them count. */
import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';
import { guestConfig } from '../../../../src/scenario/index.ts';
import {
  COUNT_HOST_FAULTS,
  COUNT_RELEASED_PAGES,
  HyperAlloc,
  type HyperAllocOptions,
  type MicroVm,
  Process,
  type Vmm,
  freeFrames,
} from '../../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound, testVm, testVmm } from '../../../support/vm.ts';

const HUGE = 512;
const MIB = 256;

interface Rig {
  readonly vmm: Vmm;
  readonly vm: MicroVm;
  readonly device: HyperAlloc;
}

function rig(options: HyperAllocOptions = {}): Rig {
  const vmm = testVmm();
  const size = { memoryFrames: MIB * MIB_FRAMES, cpus: 2, build: 'verify-llfree' } as const;
  const vm = vmm.boot(guestConfig(size));
  if (vm === undefined) throw new Error('the test host has no room');
  const device = new HyperAlloc(vm, vmm.clock, options);
  vm.counted.push(device);
  return { vmm, vm, device };
}

function processOf({ vm }: Rig, pages: number): Process {
  const process = new Process(vm.guest, { cpu: 1, kernelFrames: 16, mappedPages: pages });
  process.touch(0, pages, true);
  return process;
}

describe('a pass of HyperAlloc’s host', () => {
  it('takes what a process left, 5 s after it has gone at most, and nothing of one that runs', () => {
    const made = rig();
    const { vmm, vm, device } = made;
    const stays = processOf(made, 40 * MIB_FRAMES);
    processOf(made, 100 * MIB_FRAMES).exit();
    const before = vm.guest.core.privateFrames;
    vmm.advance(5e9);
    const released = before - vm.guest.core.privateFrames;
    expect(released).toBeGreaterThan(80 * MIB_FRAMES);
    expect(released).toBe(device.model.counters.releasedPages);
    expect(vm.guest.core.privateFrames).toBeGreaterThan(40 * MIB_FRAMES);
    const counts = vmm.settle(vm);
    stays.touch(0, 40 * MIB_FRAMES, true);
    expect(vmm.settle(vm)[COUNT_HOST_FAULTS]).toBe(0);
    expect(counts[COUNT_RELEASED_PAGES]).toBe(0);
    expectSound(vm);
  });

  it('that found nothing is not made again until something has happened, to who kept the guest too', () => {
    const made = rig();
    const { vmm, vm, device } = made;
    const { clock } = vmm;
    const process = processOf(made, 100 * MIB_FRAMES);
    clock.advance(20e9);
    const { stirs } = vm;
    clock.advance(20e9);
    expect([vm.stirs, device.model.counters.passes]).toEqual([stirs, 8]);
    const { takenHuge } = device.model.counters;
    process.exit();
    clock.advance(5e9);
    expect(vm.stirs).toBeGreaterThan(stirs);
    expect(device.model.counters.takenHuge).toBeGreaterThan(takenHuge + 40);
  });

  it('of memory that is used again costs an install a huge frame, and no fault', () => {
    const made = rig();
    const { vmm, vm, device } = made;
    vmm.advance(5e9);
    vmm.settle(vm);
    processOf(made, 64 * MIB_FRAMES);
    const { installedHuge } = device.model.counters;
    expect(installedHuge).toBeGreaterThanOrEqual(64 / 2 - 8);
    expect(installedHuge).toBeLessThanOrEqual(64 / 2 + 8);
    const counts = vmm.settle(vm);
    expect(counts[COUNT_HOST_FAULTS]).toBeLessThan(8 * HUGE);
    expect(device.operations.hyperallocInstall2MiB).toBe(installedHuge);
    expectSound(vm);
  });

  it('counts a release by 2 MiB of what was installed so, and by page of what was not', () => {
    const made = rig({ scanDelayNs: null });
    const { vmm, vm, device } = made;
    const first = processOf(made, 64 * MIB_FRAMES);
    first.exit();
    vmm.settle(vm);
    device.model.scan();
    const pages = vmm.settle(vm)[COUNT_RELEASED_PAGES] as number;
    expect(pages).toBe(device.model.counters.releasedPages);
    expect(device.operations.hostRelease2MiB).toBe(0);
    processOf(made, 64 * MIB_FRAMES).exit();
    device.model.scan();
    const { releasedHuge, releasedPages } = device.model.counters;
    expect(releasedHuge).toBeGreaterThan(10);
    const rest = vmm.settle(vm)[COUNT_RELEASED_PAGES] as number;
    expect(rest).toBe(releasedPages - pages - releasedHuge * HUGE);
  });
});

describe('a limit', () => {
  it('takes what is free in whole huge frames, and gives it back without memory', () => {
    const made = rig({ scanDelayNs: null });
    const { vm, device } = made;
    const free = freeFrames(vm.guest.core);
    expect(device.setTaken(100 * MIB_FRAMES)).toBe(100 * MIB_FRAMES);
    expect(freeFrames(vm.guest.core)).toBe(free - 100 * MIB_FRAMES);
    expectSound(vm);
    expect(device.setTaken(30 * MIB_FRAMES)).toBe(-70 * MIB_FRAMES);
    processOf(made, 120 * MIB_FRAMES);
    expect(device.takenFrames).toBe(30 * MIB_FRAMES);
    expectSound(vm);
  });

  it('that cannot be kept is kept as far as it goes, and tried again with the next', () => {
    const made = rig({ scanDelayNs: null });
    const { device, vm } = made;
    const process = processOf(made, 150 * MIB_FRAMES);
    device.setTaken(200 * MIB_FRAMES);
    const before = device.takenFrames;
    expect(before).toBeLessThan(80 * MIB_FRAMES);
    process.exit();
    device.setTaken(200 * MIB_FRAMES);
    expect(device.takenFrames).toBeGreaterThan(before);
    expectSound(vm);
  });
});

describe('a VM', () => {
  it('on the buddy is refused, and so is a second HyperAlloc', () => {
    const { vm, vmm } = testVm(64);
    expect(() => new HyperAlloc(vm, vmm.clock)).toThrow(RefusedArgument);
    const made = rig();
    expect(() => new HyperAlloc(made.vm, made.vmm.clock)).toThrow(RefusedArgument);
    expect(() => rig({ scanDelayNs: 0 })).toThrow(RefusedArgument);
    expect(() => rig({ given: 5 as never })).toThrow(RefusedArgument);
    expect(() => made.device.takeOut(5 as never)).toThrow(/^counts: expected a Float64Array/);
  });

  it('whose host is short gives what it has free', () => {
    const made = rig({ scanDelayNs: null });
    processOf(made, 100 * MIB_FRAMES).exit();
    expect(made.vm.reclaim(10)).toBeGreaterThan(60 * MIB_FRAMES);
    expectSound(made.vm);
  });
});
