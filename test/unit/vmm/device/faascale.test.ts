/** Faascale in a VM: whose blocks are whose, what the host hears of them, and what it gets. */
import { describe, expect, it } from 'vitest';

import { guestConfig } from '../../../../src/scenario/index.ts';
import {
  Clock,
  CZoneVirtio,
  Faascale,
  GuestOutOfMemory,
  Process,
  RefusedArgument,
} from '../../../../src/index.ts';
import { type MicroVm, hotplugStart } from '../../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound, testVmm } from '../../../support/vm.ts';

const START = hotplugStart(256 * MIB_FRAMES);
const REGION_MIB = 256;
const BLOCK = 4 * MIB_FRAMES;

function machine(isBooted = true): MicroVm {
  const frames = REGION_MIB * MIB_FRAMES;
  const region = { start: START, frames, blockFrames: BLOCK, isBooted };
  const vmm = testVmm();
  const vm = vmm.boot(guestConfig({ memoryFrames: 256 * MIB_FRAMES, region, build: 'verify' }));
  if (vm === undefined) throw new Error('the test host has no room');
  return vm;
}

/** A process in a cgroup of so many MiB. */
function started(device: Faascale, mib: number): { zone: number; process: Process } {
  const zone = device.zones.create(1, mib * MIB_FRAMES, 'f');
  const config = { cpu: 0, kernelFrames: 16, mappedPages: mib * MIB_FRAMES, czone: zone };
  return { zone, process: new Process(device.vm.guest, config) };
}

describe('a cgroup', () => {
  it('has its size in blocks of 4 MiB x 2^k, none of them another’s, told to the host before it starts', () => {
    const device = new Faascale(machine());
    expect(device.failure).toBeUndefined();
    const zones = [64, 100, 92].map((mib) => started(device, mib).zone);
    const mib = zones.map((zone) => device.blocksOf(zone).map(({ count }) => count / MIB_FRAMES));
    expect(mib).toEqual([[64], [64, 32, 4], [64, 16, 8, 4]]);
    const firsts = zones.flatMap((zone) => device.zones.blocksOf(zone));
    expect(new Set(firsts).size).toBe(REGION_MIB / 4);
    expect(device.model.counters.populatedPages).toBe(REGION_MIB * MIB_FRAMES);
    expect(device.model.counters.messages).toBe(3);
    expect(() => device.zones.grow(zones[0] as number)).not.toThrow();
    expect(device.blocksOf(zones[0] as number)).toHaveLength(1);
    expectSound(device.vm);
  });

  it('gives all back when it ends, without a move, and its blocks are the next one’s', () => {
    const device = new Faascale(machine());
    const { core } = device.vm.guest;
    const [first, second] = [started(device, 128), started(device, 128)];
    const before = core.privateFrames;
    first.process.touch(0, 5000, true);
    second.process.touch(0, 300, true);
    const blocks = device.blocksOf(first.zone);
    first.process.exit();
    expect(core.privateFrames - before).toBeLessThanOrEqual(300);
    expect(device.gotFrames).toBe(5000);
    expect(device.blocksOf(first.zone)).toEqual([]);
    expect(device.operations).toMatchObject({ buddyAlloc9: 64 });
    expectSound(device.vm);
    expect(device.blocksOf(started(device, 128).zone)).toEqual(blocks);
    expectSound(device.vm);
  });

  it('has what there is when there is not its size, a block at a time, and no more', () => {
    const device = new Faascale(machine());
    started(device, 192);
    const { zone, process } = started(device, 128);
    expect(() => process.touch(0, 65 * MIB_FRAMES, true)).toThrow(GuestOutOfMemory);
    const blocks = device.blocksOf(zone);
    expect(blocks.map(({ count }) => count)).toEqual(Array.from({ length: 16 }, () => BLOCK));
    expectSound(device.vm);
  });

  it('has host memory behind all of its blocks before it starts if the host populates', () => {
    const vm = machine();
    const device = new Faascale(vm, { isPopulated: true });
    const before = vm.guest.core.privateFrames;
    const { process } = started(device, 64);
    expect(vm.guest.core.privateFrames - before).toBeGreaterThanOrEqual(64 * MIB_FRAMES);
    expectSound(vm);
    process.touch(0, 1000, true);
    process.exit();
    expect(device.gotFrames).toBe(64 * MIB_FRAMES);
    expectSound(vm);
  });
});

describe('the region', () => {
  it('has its struct pages from boot: no block brings any', () => {
    const vm = machine();
    const device = new Faascale(vm);
    const { guestOs } = vm.guest.memory.frames;
    started(device, 256);
    expect(vm.guest.czones?.memmapPages).toBe(0);
    expect(vm.guest.memory.frames.guestOs - guestOs).toBeLessThan(64);
    const other = machine(false).guest.memory.frames.guestOs;
    // 64 bytes for each of its frames
    expect(guestOs - other).toBeGreaterThanOrEqual((REGION_MIB * MIB_FRAMES) / 64);
  });

  it('must be memory at boot', () => {
    expect(() => new Faascale(machine(false))).toThrow(RefusedArgument);
  });

  it('has one device alone, whatever its kind', () => {
    const vm = machine();
    const device = new Faascale(vm);
    const timers = new Clock();
    const refused = 'region: expected a region that no device has';
    expect(() => new CZoneVirtio(vm, timers)).toThrow(refused);
    expect(() => new Faascale(vm)).toThrow(refused);
    started(device, 256);
    const other = machine();
    const zoned = new CZoneVirtio(other, timers);
    expect(() => new Faascale(other)).toThrow(refused);
    expect(other.devices).toEqual([zoned.device]);
  });
});
