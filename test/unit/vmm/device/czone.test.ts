/** czone-virtio in a microVM: blocks, ends of zones, idle zones. */
import { describe, expect, it } from 'vitest';

import { guestConfig } from '../../../../src/scenario/index.ts';
import {
  CZoneVirtio,
  type CZoneOptions,
  Process,
  Vmm,
  hotplugStart,
} from '../../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound } from '../../../support/vm.ts';

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

describe('CZoneVirtio', () => {
  it('plugs what zones need, also on demand, and ends a zone with one message and all of its memory', () => {
    const { device } = rig();
    const { zones, model: host, vm } = device;
    const zone = zones.create(1, 8192, 4);
    expect(host.zones.map((info) => info.zone)).toEqual([1]);
    expect(host.pluggedBytes).toBe(4 * 512 * 4096);
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
    zones.create(2, 8192, 6);
    expect(host.counters.pluggedBlocks).toBe(pluggedBlocks);
    expectSound(vm);
  });

  it('takes what an idle zone has freed after the delay, and nothing of one that works', () => {
    const { vmm, device } = rig({ idle: { delayNs: 2 * SECOND, targetBytes: 0 } });
    const { zones, model: host, vm } = device;
    const [idle, busy] = [zones.create(1, 8192, 2), zones.create(2, 8192, 2)];
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
    const zone = zones.create(1, 8192, 2);
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

  it('needs a guest with a region', () => {
    const { vmm } = rig();
    const vm = vmm.boot(guestConfig({ memoryFrames: MEMORY_FRAMES }));
    expect(() => vm && new CZoneVirtio(vm, vmm.clock)).toThrow(/CZone region/);
  });
});
