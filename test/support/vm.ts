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

/** A VM of so many MiB, with room to plug `hotplugMib` more. */
export function testVm(memoryMib: number, hotplugMib = 0, hostMib = 16_384): TestVm {
  const footprint = { processFrames: 100, tableFramesPerFrame: 1 / 512 };
  const vmm = new Vmm({ hostFrames: hostMib * MIB_FRAMES, footprint });
  const vm = vmm.boot(
    guestConfig({
      memoryFrames: memoryMib * MIB_FRAMES,
      hotplugFrames: hotplugMib * MIB_FRAMES,
      build: 'verify',
    }),
  );
  if (vm === undefined) throw new Error('the test host has no room');
  return { vmm, vm };
}

/** Every invariant of the guest's memory holds. */
export function expectSound(vm: MicroVm): void {
  const fault = verify(vm.guest.core);
  expect(fault === undefined ? '' : faultText(fault)).toBe('');
}
