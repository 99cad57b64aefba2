/** Small VMs in the verify build, alone on a host, and what tests ask of them. */

import { expect } from 'vitest';

import { guestConfig } from '../../src/scenario/index.ts';
import { type MicroVm, Vmm, faultText, verify } from '../../src/vmm/index.ts';

/** Frames of a MiB. */
export const MIB_FRAMES = 256;
export const MIB_BYTES: number = 2 ** 20;

export interface TestVm {
  readonly vmm: Vmm;
  readonly vm: MicroVm;
}

/** A host with nothing on it. */
export function testVmm(hostMib = 16_384): Vmm {
  const footprint = { processFrames: 100, tableFramesPerFrame: 1 / 512 };
  return new Vmm({ hostFrames: hostMib * MIB_FRAMES, footprint });
}

/** A guest of so many MiB in the verify build, with room to plug `hotplugMib` more. */
export function testGuest(memoryMib: number, hotplugMib = 0): ReturnType<typeof guestConfig> {
  return guestConfig({
    memoryFrames: memoryMib * MIB_FRAMES,
    hotplugFrames: hotplugMib * MIB_FRAMES,
    build: 'verify',
  });
}

/** A VM of so many MiB, with room to plug `hotplugMib` more. */
export function testVm(memoryMib: number, hotplugMib = 0, hostMib = 16_384): TestVm {
  const vmm = testVmm(hostMib);
  const vm = vmm.boot(testGuest(memoryMib, hotplugMib));
  if (vm === undefined) throw new Error('the test host has no room');
  return { vmm, vm };
}

/** Every invariant of the guest's memory holds. */
export function expectSound(vm: MicroVm): void {
  const fault = verify(vm.guest.core);
  expect(fault === undefined ? '' : faultText(fault)).toBe('');
}
