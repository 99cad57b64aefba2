/** Faascale's device and its driver in flat memory, and what the host was told to do. */

import {
  FaascaleDevice,
  FaascaleDriver,
  POLICY_SPEC,
  VirtioDevice,
  connect,
} from '../../src/virtio/index.ts';
import { BumpMemory, FlatGuestMemory } from './virtio.ts';

export const FRAMES = 65_536;

type Told = readonly [what: 'populate' | 'depopulate', pfn: number, frames: number];

export class FaascaleRig {
  readonly told: Told[] = [];
  readonly memory: FlatGuestMemory;
  readonly model: FaascaleDevice;
  readonly device: VirtioDevice;
  readonly driver: FaascaleDriver;

  constructor(memoryBytes: number = 1 << 20) {
    const { told } = this;
    this.model = new FaascaleDevice({
      frames: FRAMES,
      populate: (pfn, frames) => void told.push(['populate', pfn, frames]),
      depopulate: (pfn, frames) => {
        told.push(['depopulate', pfn, frames]);
        return frames / 2;
      },
    });
    this.memory = new FlatGuestMemory(memoryBytes);
    this.device = new VirtioDevice(this.model, this.memory, POLICY_SPEC);
    const { transport } = connect(this.device, new BumpMemory(this.memory, 0x1000));
    this.driver = new FaascaleDriver(transport);
  }
}
