import { RefusedArgument } from '../../../../src/check/index.ts';
import { GFP_KERNEL, NONE, OBJECT_KERNEL } from '../../../../src/core/index.ts';
import { describe, expect, it } from 'vitest';

import { Process } from '../../../../src/guest/index.ts';
import { Balloon, type BalloonOptions, Reporting, freeFrames } from '../../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound, testVm } from '../../../support/vm.ts';
import { holdsMovable } from '../../../support/core.ts';
import { takeCensus } from '../../../support/census.ts';

const SECOND = 1e9;

describe('Balloon', () => {
  it('takes host memory away and gives the guest its pages back', () => {
    const { vmm, vm } = testVm(256);
    vm.guest.writeAndFree(100 * MIB_FRAMES);
    const backed = vm.guest.core.privateFrames;
    const balloon = new Balloon(vm, vmm.clock);
    const free = freeFrames(vm.guest.core);
    expect(balloon.setTarget(64 * MIB_FRAMES)).toBe('ok');
    expect(balloon.actualPages).toBe(64 * MIB_FRAMES);
    expect(vm.guest.core.privateFrames).toBeLessThan(backed);
    expect(balloon.model.counters.releasedPages).toBeGreaterThan(0);
    expectSound(vm);
    balloon.setTarget(0);
    expect(balloon.actualPages).toBe(0);
    // Pages on per-cpu lists do not count as free.
    expect(Math.abs(freeFrames(vm.guest.core) - free)).toBeLessThan(2048);
    expectSound(vm);
  });

  it('leaves the account of idle host memory right', () => {
    const { vmm, vm } = testVm(256);
    const balloon = new Balloon(vm, vmm.clock);
    vm.guest.writeAndFree(100 * MIB_FRAMES);
    for (const target of [50, 120, 10]) {
      balloon.setTarget(target * MIB_FRAMES);
      const { idleFrames } = takeCensus(vm.guest.core);
      expect(vm.guest.memory.idleFrames).toBe(idleFrames);
    }
  });

  it('sends one message for 256 pages, one in flight', () => {
    const { vmm, vm } = testVm(256);
    const balloon = new Balloon(vm, vmm.clock, { profile: 'qemu' });
    balloon.setTarget(64 * MIB_FRAMES);
    expect(balloon.driver.counters.messages).toBe(64);
    expect(balloon.model.counters.inflateRequests).toBe(64);
    expect(balloon.model.counters.inflatedPages).toBe(64 * MIB_FRAMES);
  });

  it('neither hangs nor livelocks on a target beyond what the guest has', () => {
    const { vmm, vm } = testVm(128);
    const balloon = new Balloon(vm, vmm.clock);
    vm.guest.files.read('data', 8 * MIB_FRAMES, 0);
    balloon.setTarget(128 * MIB_FRAMES);
    for (let second = 0; second < 60; second += 1) vmm.advance(SECOND);
    const reached = balloon.actualPages;
    expect(reached).toBeGreaterThan(64 * MIB_FRAMES);
    expect(reached).toBeLessThan(128 * MIB_FRAMES);
    // The page cache went first; then a try each 200 ms, and no more than that.
    expect(vm.guest.files.pages).toBeLessThan(MIB_FRAMES);
    const { allocFailures } = balloon.driver.counters;
    expect(allocFailures).toBeGreaterThan(0);
    vmm.advance(10 * SECOND);
    expect(balloon.driver.counters.allocFailures - allocFailures).toBeLessThanOrEqual(50);
    expectSound(vm);
    balloon.setTarget(0);
    vmm.advance(SECOND);
    expect(balloon.actualPages).toBe(0);
    expectSound(vm);
  });

  it('deflates when the guest runs out of memory, where that was agreed', () => {
    for (const deflateOnOom of [true, false]) {
      const { vmm, vm } = testVm(128);
      const balloon = new Balloon(vm, vmm.clock, { deflateOnOom });
      balloon.setTarget(40 * MIB_FRAMES);
      const fill = (): void => vm.guest.writeAndFree(50 * MIB_FRAMES);
      if (deflateOnOom) fill();
      else expect(fill).toThrow('guest out of memory');
      expect(balloon.driver.counters.oomCalls > 0).toBe(deflateOnOom);
      expect(balloon.actualPages < 40 * MIB_FRAMES).toBe(deflateOnOom);
      expectSound(vm);
    }
  });

  it('shrinks the managed memory unless it may deflate on OOM', () => {
    for (const deflateOnOom of [true, false]) {
      const { vmm, vm } = testVm(128);
      const balloon = new Balloon(vm, vmm.clock, { profile: 'qemu', deflateOnOom });
      balloon.model.pollStats();
      const before = balloon.model.stats.totalBytes ?? 0;
      balloon.setTarget(10 * MIB_FRAMES);
      balloon.model.pollStats();
      const shrunk = before - (balloon.model.stats.totalBytes ?? 0);
      expect(shrunk).toBe(deflateOnOom ? 0 : 10 * MIB_FRAMES * 4096);
    }
  });

  it('reports free memory only, and the guest can use it again', () => {
    const { vmm, vm } = testVm(256);
    const reporting = new Reporting(vm, vmm.clock);
    const reported: [number, number][] = [];
    const discard = vm.memory.discard.bind(vm.memory);
    vm.memory.discard = (pfn, count): number => {
      // Blocks are off the free lists while the device looks at them: nothing else may be in the
      // range.
      expect(holdsMovable(vm.guest.core, pfn, count)).toBe(false);
      reported.push([pfn, count]);
      return discard(pfn, count);
    };
    const kept = vm.guest.memory;
    vm.guest.writeAndFree(100 * MIB_FRAMES);
    const used = { ...kept.frames };
    for (let second = 0; second < 30; second += 1) vmm.advance(SECOND);
    expect(reported.length).toBeGreaterThan(0);
    expect(reported.every(([, count]) => count >= 512)).toBe(true);
    expect(kept.idleFrames).toBeGreaterThanOrEqual(0);
    expect(kept.frames).toEqual(used);
    expect(reporting.balloon.reporter?.reports).toBeGreaterThan(0);
    expectSound(vm);
    vm.guest.writeAndFree(100 * MIB_FRAMES);
    expectSound(vm);
  });

  it('waits two seconds after a free before it reports, and is quiet when nothing is new', () => {
    const { vmm, vm } = testVm(256);
    const reporting = new Reporting(vm, vmm.clock);
    vmm.advance(1.9 * SECOND);
    expect(reporting.balloon.reporter?.passes).toBe(0);
    for (let second = 0; second < 60; second += 1) vmm.advance(SECOND);
    const passes = reporting.balloon.reporter?.passes ?? 0;
    const { reportedPages } = reporting.balloon.model.counters;
    expect(passes).toBeGreaterThan(0);
    vmm.advance(60 * SECOND);
    expect(reporting.balloon.reporter?.passes).toBe(passes);
    expect(reporting.balloon.model.counters.reportedPages).toBe(reportedPages);
  });

  it('hints free blocks of 4 MiB and gets them back', () => {
    const { vmm, vm } = testVm(256);
    const balloon = new Balloon(vm, vmm.clock, { freePageHinting: true });
    const free = freeFrames(vm.guest.core);
    balloon.model.startHinting();
    expect(balloon.model.counters.hintedPages).toBeGreaterThan(0);
    expect(balloon.model.counters.hintedPages % 1024).toBe(0);
    expectSound(vm);
    balloon.model.finishHinting();
    vmm.advance(SECOND);
    expect(freeFrames(vm.guest.core)).toBe(free);
    expectSound(vm);
  });

  it('takes hinted blocks back when the guest is short of memory, before the host has said that it is done', () => {
    const { vmm, vm } = testVm(256);
    const balloon = new Balloon(vm, vmm.clock, { freePageHinting: true });
    balloon.model.startHinting(false);
    const hinted = balloon.driver.hinted?.pages ?? 0;
    const wanted = freeFrames(vm.guest.core) + hinted / 2;
    expect(hinted).toBeGreaterThan(32 * MIB_FRAMES);
    const process = new Process(vm.guest, { cpu: 0, kernelFrames: 8, mappedPages: wanted });
    process.touch(0, wanted, true);
    expect(balloon.driver.hinted?.pages).toBeLessThan(hinted);
    expectSound(vm);
  });

  it('moves blocks of 2 MiB where both ends are made so', () => {
    const { vmm, vm } = testVm(512);
    vm.guest.core.setBackingOrder(9);
    vm.guest.writeAndFree(300 * MIB_FRAMES);
    const balloon = new Balloon(vm, vmm.clock, { profile: 'qemu', isHuge: true });
    balloon.setTarget(200 * MIB_FRAMES);
    expect(balloon.actualPages).toBe(200 * MIB_FRAMES);
    expect(balloon.driver.counters.messages).toBe(1);
    expect(balloon.model.counters.releasedPages % 512).toBe(0);
    expectSound(vm);
    balloon.setTarget(0);
    expect(balloon.actualPages).toBe(0);
    expectSound(vm);
  });

  it('keeps host pages of 2 MiB that a 4 KiB balloon has only parts of', () => {
    const { vmm, vm } = testVm(256);
    vm.guest.core.setBackingOrder(9);
    vm.guest.writeAndFree(100 * MIB_FRAMES);
    const balloon = new Balloon(vm, vmm.clock, { profile: 'firecracker' });
    balloon.setTarget(100);
    expect(balloon.model.counters.inflatedPages).toBe(100);
    expect(balloon.model.counters.releasedPages).toBe(0);
    expectSound(vm);
  });

  it('stops a VM whose driver the VMM does not forgive, and throws nothing', () => {
    const { vmm, vm } = testVm(128);
    const balloon = new Balloon(vm, vmm.clock, { profile: 'firecracker' });
    const registers = balloon.device.queueRegisters(0);
    vm.memory.writeU16((registers?.availAddr ?? 0) + 2, 5000);
    balloon.mmio.write(0x50, 4, 0);
    expect(balloon.device.killReason).toBe('avail-index-jump');
    vmm.advance(SECOND);
    expect(vm.stopReason).toBe('avail-index-jump');
    expect(vmm.vms).toEqual([]);
    expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
    expect(balloon.setTarget(1)).toBe('stopped');
    vmm.advance(SECOND);
  });
});

describe('a balloon that is none', () => {
  const wild = [-1, 0.5, Number.NaN, Infinity, 2 ** 32 + 5];

  it.each(['firecracker', 'cloud-hypervisor', 'qemu'] as const)(
    '%s: refuses a target that its config space cannot hold',
    (profile) => {
      const { vmm, vm } = testVm(128);
      const balloon = new Balloon(vm, vmm.clock, { profile });
      for (const pages of wild) {
        expect(() => balloon.setTarget(pages)).toThrow(RefusedArgument);
        if (!Number.isSafeInteger(pages) || pages < 0) {
          expect(() => balloon.ask(pages)).toThrow(RefusedArgument);
        }
      }
      expect(balloon.model.targetPages).toBe(0);
      expect(balloon.actualPages).toBe(0);
    },
  );

  const options: Readonly<Record<string, BalloonOptions>> = {
    profile: { profile: 'fircracker' as 'firecracker' },
    poison: { poison: 'zero' as 'none' },
    numbering: { numbering: 'sparse' as 'dense' },
    given: { given: 5 as never },
    statsIntervalNs: { statsIntervalNs: -1 },
    'an interval without end': { statsIntervalNs: Infinity },
    'an interval of a nanosecond': { statsIntervalNs: 1 },
    targetPages: { targetPages: 2 ** 32 + 5 },
    reportingOrder: { freePageReporting: true, reportingOrder: 11 },
    reportingCapacity: { freePageReporting: true, reportingCapacity: 0 },
    reportingDelayNs: { freePageReporting: true, reportingDelayNs: Number.NaN },
  };

  it.each(Object.entries(options))('a refused %s leaves nothing attached', (_, refused) => {
    const { vmm, vm } = testVm(128);
    const before = vm.guest.core.hash();
    expect(() => new Balloon(vm, vmm.clock, refused)).toThrow(RangeError);
    expect(vm.devices).toEqual([]);
    expect(vm.reclaimers).toEqual([]);
    expect(vm.guest.core.hash()).toBe(before);
    expect(vmm.clock.pending).toBe(0);
    expect(new Balloon(vm, vmm.clock).setTarget(10)).toBe('ok');
  });

  it('is refused where there is one already: the kernel has one list of balloon pages', () => {
    const { vmm, vm } = testVm(128);
    const first = new Balloon(vm, vmm.clock);
    expect(() => new Balloon(vm, vmm.clock)).toThrow(RefusedArgument);
    expect(() => new Reporting(vm, vmm.clock)).toThrow(RefusedArgument);
    expect(vm.devices).toHaveLength(1);
    expect(first.setTarget(10)).toBe('ok');
  });

  it.each(['firecracker', 'qemu'] as const)('%s: says that it has no driver', (profile) => {
    const { vmm, vm } = testVm(64);
    const hog = vm.guest.core.objects.create(OBJECT_KERNEL, NONE, GFP_KERNEL);
    expect(() => vm.guest.memory.touch(hog, 0, 64 * MIB_FRAMES, true, 0, 0)).toThrow();
    for (const bytes of [8192, 4096, 8192, 4096]) {
      vm.guest.core.pages.drainAll();
      while (vm.memory.alloc(bytes, 4096) !== undefined);
    }
    const balloon = new Balloon(vm, vmm.clock, { profile });
    expect(balloon.failure).toBe('no-memory');
    expect(balloon.setTarget(10)).toBe('no-driver');
  });
});
