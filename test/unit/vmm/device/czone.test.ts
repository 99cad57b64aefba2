/** czone-virtio in a microVM: blocks, ends of zones, idle zones. */
import { HandleEnded, RefusedArgument } from '../../../../src/check/index.ts';
import { describe, expect, it } from 'vitest';

import { guestConfig } from '../../../../src/scenario/index.ts';
import { shrinkWhenIdle } from '../../../../src/guest/index.ts';
import {
  CZoneVirtio,
  CZONE_DRIVER_FRAMES,
  type CZoneOptions,
  type MicroVm,
  Process,
  ProcessTree,
  Vmm,
  hotplugStart,
} from '../../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound, testVm } from '../../../support/vm.ts';

const MEMORY_FRAMES = 256 * MIB_FRAMES;
const REGION = { start: hotplugStart(MEMORY_FRAMES), frames: 64 * MIB_FRAMES, blockFrames: 512 };
const SECOND = 1e9;

function rig(config: CZoneOptions = {}): { vmm: Vmm; device: CZoneVirtio } {
  const footprint = { processFrames: 100, tableFramesPerFrame: 1 / 512 };
  const vmm = new Vmm({ hostFrames: 2 ** 22, footprint });
  const size = { memoryFrames: MEMORY_FRAMES, region: REGION, build: 'verify' } as const;
  const vm = vmm.boot(guestConfig(size));
  if (vm === undefined) throw new Error('the test host has no room');
  return { vmm, device: new CZoneVirtio(vm, vmm.clock, config) };
}

function processIn(device: CZoneVirtio, zone: number): Process {
  const config = { cpu: 0, kernelFrames: 16, mappedPages: 8192, czone: zone };
  return new Process(device.vm.guest, config);
}

const own = { name: 'own', firstBlocks: () => 1, nextBlocks: () => 1 };
const reportNs = (frames: number): number => 1000 * frames;

describe('CZoneVirtio', () => {
  it('plugs what zones need, also on demand, and ends a zone with one message and all of its memory', () => {
    const { device } = rig();
    const { zones, model: host, vm } = device;
    const zone = zones.create(1, 8192);
    expect(host.zones.map((info) => info.zone)).toEqual([1]);
    expect(host.pluggedBytes).toBe(512 * 4096);
    const process = processIn(device, zone);
    process.touch(0, 3000, true);
    expect(host.pluggedBytes).toBe(6 * 512 * 4096);
    const ranges = zones.blocksOf(zone).map((start) => ({ start, count: 512 }));
    expect(vm.backedIn(ranges)).toBe(3000);
    const { unpluggedPages } = host.counters;
    process.exit();
    expect(host.counters.unpluggedPages - unpluggedPages).toBe(3000);
    expect(host.zones).toEqual([]);
    expect(vm.backedIn(ranges)).toBe(0);
    // The blocks stay plugged for the next zone: no more are asked for.
    const { pluggedBlocks } = host.counters;
    processIn(device, zones.create(2, 8192)).touch(0, 3000, true);
    expect(host.counters.pluggedBlocks).toBe(pluggedBlocks);
    expectSound(vm);
  });

  it('takes what an idle zone has freed after the delay, and nothing of one that works', () => {
    const { vmm, device } = rig({ idle: { delayNs: 2 * SECOND, targetBytes: 0 } });
    const { zones, model: host, vm } = device;
    const [idle, busy] = [zones.create(1, 8192), zones.create(2, 8192)];
    for (const zone of [idle, busy]) {
      const process = processIn(device, zone);
      process.touch(0, 1000, true);
      process.free(400, 600);
    }
    device.setIdle(idle, true);
    vmm.advance(1.9 * SECOND);
    expect(host.counters.releasedPages).toBe(0);
    vmm.advance(0.2 * SECOND);
    expect(host.counters.releasedPages).toBe(600);
    expectSound(vm);
  });

  it('takes a request back when work arrives before the host has answered', () => {
    const { vmm, device } = rig({ idle: { delayNs: SECOND, targetBytes: 0 } });
    const { zones, model: host, vm } = device;
    const zone = zones.create(1, 8192);
    const process = processIn(device, zone);
    process.touch(0, 1000, true);
    process.free(400, 600);
    host.setPaused(true);
    device.setIdle(zone, true);
    vmm.advance(2 * SECOND);
    expect(device.driver.rangesInFlight).toBeGreaterThan(0);
    device.setIdle(zone, false);
    host.setPaused(false);
    expect(host.counters).toMatchObject({ cancelledRequests: 1, releasedPages: 0 });
    expect(device.driver.rangesInFlight).toBe(0);
    expectSound(vm);
  });

  it('answers a report when the time for the work has passed, and at once when work comes first', () => {
    const { vmm, device } = rig({ idle: { delayNs: SECOND, targetBytes: 0 }, reportNs });
    const { zones, model: host, vm } = device;
    const zone = zones.create(1, 8192);
    const process = processIn(device, zone);
    process.touch(0, 1000, true);
    process.free(400, 600);
    device.dispatched(zone, true);
    vmm.advance(SECOND + 599_000);
    expect(device.driver.rangesInFlight).toBeGreaterThan(0);
    expect(host.counters.releasedPages).toBe(0);
    vmm.advance(2000);
    expect(host.counters.releasedPages).toBe(600);
    expect(device.driver.rangesInFlight).toBe(0);
    device.dispatched(zone, false);
    process.touch(0, 1000, true);
    process.free(400, 600);
    device.dispatched(zone, true);
    vmm.advance(SECOND + 1000);
    expect(device.driver.rangesInFlight).toBeGreaterThan(0);
    device.dispatched(zone, false);
    expect(device.driver.rangesInFlight).toBe(0);
    expect(host.counters).toMatchObject({ cancelledRequests: 1, releasedPages: 600 });
    expectSound(vm);
  });

  it('gives the host what a dying zone does not need, and the rest with its last frame', () => {
    const { device } = rig();
    const { zones, model: host, vm } = device;
    const [parent, other] = [zones.create(1, 8192), zones.create(2, 8192)];
    const tree = new ProcessTree(vm.guest, 0, parent);
    const first = tree.start();
    tree.touch(first, 0, 1400, true);
    const child = tree.fork(first, other);
    tree.touch(child, 0, 1350, true);
    const next = new ProcessTree(vm.guest, 0, zones.create(3, 8192));
    // 50 pages of the dead zone stay mapped, in its last block
    tree.exit(first);
    expect(zones.exit(parent, 0)).toBe(2);
    expect(host.zones.map(({ zone }) => zone)).toEqual([1, 2, 3]);
    expect(host.counters.unpluggedBlocks).toBe(2);
    next.touch(next.start(), 0, 600, true);
    tree.unmap(child, 1350, 50);
    vm.guest.runBackground();
    expect(host.zones.map(({ zone }) => zone)).toEqual([2, 3]);
    expect(next.kill()).toBe(2);
    expectSound(vm);
  });

  it('discards nothing of a block that a dead zone has lost to a living one', () => {
    const { device } = rig();
    const { zones, model: host, vm } = device;
    const [parent, other] = [zones.create(1, 8192), zones.create(2, 8192)];
    const tree = new ProcessTree(vm.guest, 0, parent);
    const first = tree.start();
    tree.touch(first, 0, 600, true);
    const child = tree.fork(first, other);
    tree.exit(first);
    expect(zones.exit(parent, 0)).toBe(0);
    // The second block goes to the pool with its last frame, and from there to another zone, before anybody hears of it.
    tree.unmap(child, 512, 88);
    const pooled = vm.guest.core.czones.pooled();
    expect(pooled).toHaveLength(1);
    const third = zones.create(3, 8192);
    expect(zones.blocksOf(third)).toEqual(pooled);
    const process = processIn(device, third);
    process.touch(0, 400, true);
    tree.unmap(child, 0, 512);
    vm.guest.runBackground();
    expect(host.zones.map(({ zone }) => zone)).toEqual([2, 3]);
    expect(vm.backedIn([{ start: pooled[0] as number, count: 512 }])).toBeGreaterThanOrEqual(400);
    expectSound(vm);
  });

  it('takes no more of the guest’s memory than VMs for it are sized for, however much it says', () => {
    const { device } = rig();
    const { vm, zones } = device;
    const { guestOs } = vm.guest.memory.frames;
    for (let round = 0; round < 300; round += 1) vm.guest.czones?.exit(zones.create(round, 512), 0);
    const memmap = zones.memmapPages;
    expect(vm.guest.memory.frames.guestOs - guestOs).toBe(memmap);
    const bare = rig().device.vm.guest.memory.frames.guestOs;
    const without = testVm(256).vm.guest.memory.frames.guestOs;
    expect(bare - without).toBeLessThanOrEqual(CZONE_DRIVER_FRAMES);
  });

  it('counts what it does under the names of prices, each exit once', () => {
    const { device } = rig();
    const { vm, zones } = device;
    const probe = vm.takeOperations();
    expect(probe?.czoneMessage).toBe(0);
    expect(probe?.vmExit).toBe(device.exits);
    expect(vm.takeOperations()).toBeUndefined();
    const before = device.exits;
    const zone = zones.create(1, 8192);
    const made = vm.takeOperations();
    // ZONE_CREATE and PLUG: the exit that says so is in a message's price, the driver's look at the interrupt is not
    expect(made).toMatchObject({ czoneMessage: 2, czoneRelease2MiB: 0 });
    expect(made?.vmExit).toBe(device.exits - before - 2);
    zones.exit(zone, 0);
    expect(vm.takeOperations()).toMatchObject({ czoneMessage: 1, czoneRelease2MiB: 1 });
  });

  it('needs a guest with a region', () => {
    const { vmm } = rig();
    const vm = vmm.boot(guestConfig({ memoryFrames: MEMORY_FRAMES }));
    expect(() => vm && new CZoneVirtio(vm, vmm.clock)).toThrow(/CZone region/);
  });
});

describe('a czone-virtio device that is asked for nothing that is', () => {
  it('refuses zones, sizes and profiles that are none, and a second one beside it', () => {
    const { vmm, device } = rig();
    const { zones, vm } = device;
    const zone = zones.create(1, 8192);
    for (const wild of [-2, 0.5, Number.NaN, 2 ** 32 + 4]) {
      expect(() => device.setIdle(wild, true)).toThrow(RefusedArgument);
      expect(() => device.dispatched(wild, true)).toThrow(RefusedArgument);
      expect(() => device.reclaim(wild)).toThrow(RefusedArgument);
      expect(() => zones.create(2, wild)).toThrow(RefusedArgument);
    }
    for (const wild of [-2, 0.5, Number.NaN, Infinity]) {
      expect(() => device.reclaim(zone, wild)).toThrow(RefusedArgument);
      expect(() => device.ask(wild)).toThrow(RefusedArgument);
    }
    const profile = 'adaptiv' as 'adaptive';
    expect(() => new CZoneVirtio(vm, vmm.clock, { profile })).toThrow(/did you mean adaptive/);
    expect(() => new CZoneVirtio(vm, vmm.clock)).toThrow(RefusedArgument);
    expectSound(vm);
  });

  it.each([
    ['reportNs', { reportNs: 5 }],
    ['reclaimed', { reclaimed: {} }],
    ['endedBlock', { endedBlock: 5 }],
    ['did you mean partitionDropBlock', { endedBlock: 'partitionDropBlok' }],
    ['endedBlock', { endedBlock: 'czoneRelease2MiB' }],
    ['growth', { growth: 5 }],
    ['growth.observe', { growth: { ...own, observe: 'no' } }],
    ['idle policy: targetBytes', { idle: { delayNs: 5 } }],
  ])('refuses %s that is none before the guest has the device', (argument, options) => {
    const footprint = { processFrames: 100, tableFramesPerFrame: 1 / 512 };
    const vmm = new Vmm({ hostFrames: 2 ** 22, footprint });
    const vm = vmm.boot(guestConfig({ memoryFrames: MEMORY_FRAMES, region: REGION })) as MicroVm;
    expect(() => new CZoneVirtio(vm, vmm.clock, options as never)).toThrow(argument);
    expect(() => new CZoneVirtio(vm, vmm.clock, options as never)).toThrow(RefusedArgument);
    expect(vm.devices).toEqual([]);
  });

  it('has ended with its VM, a zone with its container', () => {
    const { vmm, device } = rig();
    const zone = device.zones.create(1, 8192);
    device.zones.exit(zone, 0);
    expect(() => device.zones.exit(zone, 0)).toThrow(HandleEnded);
    vmm.stop(device.vm);
    const ended = new HandleEnded('VM 0', 'stopped');
    expect(() => device.setIdle(zone, true)).toThrow(ended);
    expect(() => device.reclaim(zone)).toThrow(ended);
    expect(() => device.ask(5)).toThrow(ended);
    expect(() => device.zones.create(1, 512)).toThrow(ended);
    expect(() => device.zones.blocksOf(zone)).toThrow(ended);
  });
});

describe('a living zone that shrinks', () => {
  it('gives as many blocks back as a policy of one’s own says, with its pages moved together', () => {
    const { vmm, device } = rig();
    const zone = device.zones.create(1, 8192);
    const process = processIn(device, zone);
    process.touch(0, 8 * 512, true);
    const before = device.zones.view(zone).blocks;
    for (let block = 0; block < 8; block += 1) process.free(block * 512, 400);
    const seen: unknown[] = [];
    const policy = {
      name: 'own',
      blocksToGive: (view: unknown, nowNs: number) => {
        seen.push([view, nowNs]);
        return 3;
      },
    };
    expect(device.shrink(zone, policy, 5, 2)).toBe(3);
    vmm.advance(SECOND);
    expect(seen).toEqual([[expect.objectContaining({ blocks: before, idleSinceNs: 2 }), 5]]);
    expect(device.zones.view(zone).blocks).toBe(before - 3);
    expectSound(device.vm);
  });

  it('keeps everything where the policy says nothing, and is asked by what is a policy', () => {
    const { device } = rig();
    const zone = device.zones.create(1, 8192);
    expect(device.shrink(zone, shrinkWhenIdle(2), 1, 0)).toBe(0);
    const wrong = { name: 'x', blocksToGive: () => 0.5 };
    for (const policy of [undefined, {}, wrong] as never[]) {
      expect(() => device.shrink(zone, policy, 5)).toThrow(RefusedArgument);
    }
    expect(() => device.shrink(-1, shrinkWhenIdle(0), 5)).toThrow(RefusedArgument);
  });
});
