/** What every memory device holds to, whatever its mechanism: one suite over all of them. */
import { describe, expect, it } from 'vitest';

import { guestConfig } from '../../../../src/scenario/index.ts';
import {
  Balloon,
  CZoneVirtio,
  Dimms,
  HyperAlloc,
  type MemoryDevice,
  Process,
  Reporting,
  VirtioMem,
  Vmm,
  freeFrames,
  hotplugStart,
} from '../../../../src/vmm/index.ts';
import { MIB_BYTES, MIB_FRAMES, expectSound, testVm, testVmm } from '../../../support/vm.ts';
import { rawOf } from '../../../../src/core/raw.ts';

const REGION_MIB = 256;
const START = hotplugStart(256 * MIB_FRAMES);
const ASKED = 130 * MIB_FRAMES;

interface Rig {
  readonly vmm: Vmm;
  readonly device: MemoryDevice;
}

function plain(make: (rig: ReturnType<typeof testVm>) => MemoryDevice): Rig {
  const made = testVm(256, REGION_MIB);
  const device = make(made);
  made.vm.guest.writeAndFree(freeFrames(made.vm.guest.core) - 20 * MIB_FRAMES);
  return { vmm: made.vmm, device };
}

function zoned(): Rig {
  const footprint = { processFrames: 100, tableFramesPerFrame: 1 / 512 };
  const vmm = new Vmm({ hostFrames: 2 ** 22, footprint });
  const region = { start: START, frames: REGION_MIB * MIB_FRAMES, blockFrames: 512 };
  const size = { memoryFrames: 256 * MIB_FRAMES, region, build: 'verify' } as const;
  const vm = vmm.boot(guestConfig(size));
  if (vm === undefined) throw new Error('the test host has no room');
  const device = new CZoneVirtio(vm, vmm.clock);
  const frames = 200 * MIB_FRAMES;
  const zone = device.zones.create(1, frames);
  const config = { cpu: 0, kernelFrames: 16, mappedPages: frames, czone: zone };
  const process = new Process(vm.guest, config);
  process.touch(0, frames, true);
  process.free(0, frames);
  device.setIdle(zone, true);
  return { vmm, device };
}

function onLlfree(): Rig {
  const vmm = testVmm();
  const memoryFrames = (256 + REGION_MIB) * MIB_FRAMES;
  const vm = vmm.boot(guestConfig({ memoryFrames, build: 'verify-llfree' }));
  if (vm === undefined) throw new Error('the test host has no room');
  const device = new HyperAlloc(vm, vmm.clock);
  vm.guest.writeAndFree(freeFrames(vm.guest.core) - 20 * MIB_FRAMES);
  return { vmm, device };
}

const RIGS: Readonly<Record<string, () => Rig>> = {
  balloon: () => plain(({ vm, vmm }) => new Balloon(vm, vmm.clock)),
  reporting: () => plain(({ vm, vmm }) => new Reporting(vm, vmm.clock)),
  'virtio-mem': () =>
    plain(({ vm, vmm }) => {
      const regionBytes = REGION_MIB * MIB_BYTES;
      const addr = START * 4096;
      const policy = 'online_movable';
      const options = { policy, addr, regionBytes, requestedBytes: regionBytes } as const;
      return new VirtioMem(vm, vmm.clock, options);
    }),
  dimm: () =>
    plain(({ vm }) => {
      const device = new Dimms(vm, START, { policy: 'online_movable' });
      for (let mib = 0; mib < REGION_MIB; mib += 128) device.plug(1);
      return device;
    }),
  czone: zoned,
  hyperalloc: onLlfree,
};

describe.each(Object.keys(RIGS))('%s', (name) => {
  it('takes frames with host memory behind them from the guest, and counts what that took', () => {
    const { vmm, device } = (RIGS[name] as () => Rig)();
    const { vm, operations, exits } = device;
    const before = vm.guest.core.privateFrames;
    device.ask(ASKED);
    vmm.advance(5e9);
    expect(before - vm.guest.core.privateFrames).toBeGreaterThan(100 * MIB_FRAMES);
    expect(device.exits).toBeGreaterThan(exits);
    expect(device.operations).not.toEqual(operations);
    expect(device.unmovableFrames).toBe(0);
    expectSound(vm);
  });

  it('leaves the guest with all of its memory after giving back', () => {
    const { vmm, device } = (RIGS[name] as () => Rig)();
    const { core } = device.vm.guest;
    rawOf(core).drainAll();
    const free = freeFrames(core);
    device.ask(ASKED);
    vmm.advance(5e9);
    device.giveBack();
    vmm.advance(5e9);
    rawOf(core).drainAll();
    // a CZone's memory is no free memory of the kernel's zones, before and after
    expect(Math.abs(freeFrames(core) - free)).toBeLessThan(16);
    expectSound(device.vm);
  });
});

describe('a mechanism with blocks', () => {
  it('keeps in mind what fills none: two asks of half a block take one', () => {
    for (const [name, frames] of [
      ['virtio-mem', 256],
      ['dimm', 16_384],
    ] as const) {
      const { device } = (RIGS[name] as () => Rig)();
      const before = device.operations;
      device.ask(frames);
      expect(device.operations).toEqual(before);
      device.ask(frames);
      const [unplugs] = Object.keys(device.operations).filter((key) => /Unplug|Offline/.test(key));
      const key = unplugs as keyof typeof before;
      expect(device.operations[key]).toBe((before[key] ?? 0) + 1);
    }
  });
});
