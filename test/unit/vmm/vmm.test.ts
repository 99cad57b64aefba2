import { describe, expect, it } from 'vitest';

import { NS_PER_S } from '../../../src/abi/unit.ts';
import { guestConfig } from '../../../src/scenario/index.ts';
import {
  Balloon,
  HostOutOfMemory,
  type HostPolicy,
  type MicroVm,
  Reporting,
  Vmm,
} from '../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound } from '../../support/vm.ts';

const FOOTPRINT = { processFrames: 100, tableFramesPerFrame: 1 / 512 };
const CONFIG = guestConfig({ memoryFrames: 256 * MIB_FRAMES, build: 'verify' });

function host(mib: number, policy: HostPolicy): Vmm {
  return new Vmm({ hostFrames: mib * MIB_FRAMES, footprint: FOOTPRINT, policy });
}

function started(vm: MicroVm | undefined): MicroVm {
  if (vm === undefined) throw new Error('the host refused');
  return vm;
}

describe('Vmm', () => {
  it('refuses a start that does not fit, and the account is as before', () => {
    const vmm = host(100, 'refuse');
    expect(vmm.boot(CONFIG)).toBeDefined();
    const held = vmm.host.heldFrames;
    expect(vmm.boot(CONFIG)).toBeUndefined();
    expect(vmm.clone(CONFIG)).toBeUndefined();
    expect(vmm.host.heldFrames).toBeCloseTo(held, 6);
    expect(vmm.vms).toHaveLength(1);
  });

  it('fails a guest that grows beyond the host when nothing may be reclaimed', () => {
    const vmm = host(100, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    vm.guest.writeAndFree(100 * MIB_FRAMES);
    expect(() => vmm.settle(vm)).toThrow(HostOutOfMemory);
  });

  it('reclaims idle memory through balloons first', () => {
    const vmm = host(300, 'reclaim');
    const vms = [0, 1].map(() => started(vmm.boot(CONFIG)));
    const balloons = vms.map((vm) => new Balloon(vm, vmm.clock));
    for (const vm of vms) {
      vm.guest.writeAndFree(150 * MIB_FRAMES);
      vmm.settle(vm);
    }
    expect(vmm.host.heldFrames).toBeLessThanOrEqual(300 * MIB_FRAMES);
    expect(balloons.some((balloon) => balloon.actualPages > 0)).toBe(true);
    expect(vmm.vms).toHaveLength(2);
    for (const vm of vms) expectSound(vm);
  });

  it.each([-1, NaN, Infinity])('refuses to let %d ns pass, and its clock stands', (ns) => {
    const vmm = host(300, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    const reporting = new Reporting(vm, vmm.clock, { profile: 'qemu' });
    expect(() => vmm.advance(ns)).toThrow(RangeError);
    expect(vmm.clock.nowNs).toBe(0);
    vmm.advance(3 * NS_PER_S);
    expect(vmm.clock.nowNs).toBe(3 * NS_PER_S);
    expect(reporting.balloon.reporter?.passes).toBe(1);
  });

  it('kills the largest VM where that is the rule', () => {
    const vmm = host(300, 'kill');
    const vms = [0, 1].map(() => started(vmm.boot(CONFIG)));
    for (const [i, mib] of [150, 100].entries()) {
      (vms[i] as MicroVm).guest.writeAndFree(mib * MIB_FRAMES);
      vmm.settle(vms[i] as MicroVm);
    }
    expect(vms[0]?.stopReason).toContain('out of memory');
    expect(vmm.vms).toEqual([vms[1]]);
    expect(vmm.host.heldFrames).toBeLessThanOrEqual(300 * MIB_FRAMES);
  });

  it('keeps account of private, shared and VMM memory until the last VM ends', () => {
    const vmm = host(4096, 'refuse');
    const clones = [0, 1, 2].map(() => started(vmm.clone(CONFIG)));
    const [first] = clones;
    expect(first?.guest.core.sharedFrames).toBeGreaterThan(0);
    const alone = started(vmm.boot(CONFIG));
    expect(alone.guest.core.sharedFrames).toBe(0);
    for (const vm of [...clones, alone]) vmm.stop(vm);
    expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('drops the timers of a VM with the VM', () => {
    const vmm = host(4096, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    const reporting = new Reporting(vm, vmm.clock);
    vmm.stop(vm);
    vmm.advance(10e9);
    expect(reporting.balloon.reporter?.passes).toBe(0);
  });
});
