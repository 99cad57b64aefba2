/** A split virtqueue whose descriptors and rings a test writes by hand. */

import {
  contiguousLayout,
  DescriptorChain,
  DeviceQueue,
  type QueueLayout,
  type QueueOptions,
} from '../../src/virtio/index.ts';
import { FlatGuestMemory } from './virtio.ts';

export const SIZE = 8;
export const PLAIN: QueueOptions = { eventIdx: false, indirect: false };
export const INDIRECT: QueueOptions = { eventIdx: false, indirect: true };
export const NEXT = 1;
export const WRITE = 2;
/** The flag of an indirect table. */
export const TABLE = 4;

export class Ring {
  readonly memory: FlatGuestMemory = new FlatGuestMemory(0x10000);
  readonly layout: QueueLayout;
  readonly device: DeviceQueue;
  readonly chain: DescriptorChain = new DescriptorChain();

  constructor(options: QueueOptions = PLAIN, size: number = SIZE) {
    this.layout = contiguousLayout(0x1000, size, 4096);
    this.device = new DeviceQueue(this.memory, this.layout, options);
  }

  desc(i: number, addr: number, length: number, flags = 0, next = 0, table = 0): this {
    const at = (table === 0 ? this.layout.descAddr : table) + 16 * i;
    this.memory.writeU64(at, addr);
    this.memory.writeU32(at + 8, length);
    this.memory.writeU16(at + 12, flags);
    this.memory.writeU16(at + 14, next);
    return this;
  }

  avail(...heads: number[]): this {
    const { availAddr, size } = this.layout;
    const idx = this.memory.readU16(availAddr + 2) ?? 0;
    heads.forEach((head, i) => this.memory.writeU16(availAddr + 4 + 2 * ((idx + i) % size), head));
    this.memory.writeU16(availAddr + 2, (idx + heads.length) & 0xffff);
    return this;
  }

  pop(): string {
    const result = this.device.pop(this.chain);
    return result === 'fault' ? `fault ${this.device.fault}` : result;
  }
}
