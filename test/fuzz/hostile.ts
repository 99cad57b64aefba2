/** What drivers that mean harm have alike: a device started by hand, and rings to spoil. */

import {
  type GuestBytes,
  MmioTransport,
  PciTransport,
  type RegisterBus,
  type VirtioDevice,
  contiguousLayout,
} from '../../src/virtio/index.ts';
import { MmioOverPci } from '../support/pci.ts';

/** Entries of each ring. */
export const SIZE = 8;

/** Memory of one queue's rings. */
const RING_BYTES = 0x1000;

export function layout(
  queue: number,
  base: number = RING_BYTES,
): ReturnType<typeof contiguousLayout> {
  return contiguousLayout(base + queue * RING_BYTES, SIZE, 512);
}

export type Descriptor = readonly [addr: number, length: number, flags: number, next: number];

export type Buffer = readonly [addr: number, lengthBytes: number];

export class HostileDriver {
  /** Registers of virtio-mmio, over whichever transport there is. */
  readonly mmio: RegisterBus;
  readonly pci: PciTransport | undefined;
  readonly device: VirtioDevice;
  readonly #memory: GuestBytes;
  readonly #queues: number;
  /** Entries of the rings that a device takes no larger. */
  readonly #sizes: number[] = [];
  readonly #base: number;

  /** `base`: where the rings of the first queue lie. */
  constructor(
    device: VirtioDevice,
    memory: GuestBytes,
    queues: number,
    { isPci = false, base = RING_BYTES }: { isPci?: boolean; base?: number } = {},
  ) {
    this.pci = isPci ? new PciTransport(device) : undefined;
    this.mmio = this.pci === undefined ? new MmioTransport(device) : new MmioOverPci(this.pci);
    this.device = device;
    this.#memory = memory;
    this.#queues = queues;
    this.#base = base;
  }

  /** A correct start, so that the attack gets somewhere; rings begin empty. `high`: features from bit 32 on. */
  start(features: number, high = 1): void {
    const { mmio } = this;
    for (const status of [0, 1, 3]) mmio.write(0x070, 4, status);
    mmio.write(0x024, 4, 1);
    mmio.write(0x020, 4, high);
    mmio.write(0x024, 4, 0);
    mmio.write(0x020, 4, features & Number(this.device.model.features & 0xffff_ffffn));
    mmio.write(0x070, 4, 0xb);
    for (let queue = 0; queue < this.#queues; queue++) {
      const { descAddr, availAddr, usedAddr } = layout(queue, this.#base);
      this.#memory.writeU16(availAddr + 2, 0);
      mmio.write(0x030, 4, queue);
      const most = mmio.read(0x034, 4);
      const size = most === 0 ? SIZE : Math.min(SIZE, most);
      this.#sizes[queue] = size;
      mmio.write(0x038, 4, size);
      mmio.write(0x080, 4, descAddr);
      mmio.write(0x090, 4, availAddr);
      mmio.write(0x0a0, 4, usedAddr);
      mmio.write(0x044, 4, 1);
    }
    mmio.write(0x070, 4, 0xf);
  }

  /** One descriptor of a queue's own table. */
  describe(queue: number, index: number, descriptor: Descriptor): void {
    this.write(layout(queue, this.#base).descAddr + 16 * index, descriptor);
  }

  /** One descriptor anywhere. */
  write(at: number, [addr, length, flags, next]: Descriptor): void {
    this.#memory.writeU64(at, addr);
    this.#memory.writeU32(at + 8, length);
    this.#memory.writeU16(at + 12, flags);
    this.#memory.writeU16(at + 14, next);
  }

  /** A well-formed chain, sent; only its buffers may be odd. */
  send(queue: number, buffers: readonly Buffer[], readable: number, loops = false): void {
    buffers.forEach(([addr, length], i) => {
      const isLast = i === buffers.length - 1;
      const flags = (isLast && !loops ? 0 : 1) | (i >= readable ? 2 : 0);
      this.describe(queue, i, [addr, length, flags, isLast ? 0 : i + 1]);
    });
    this.offer(queue, [0]);
    this.notify(queue);
  }

  /** Makes chains available; the ring's index goes `jump` too far. */
  offer(queue: number, heads: readonly number[], jump = 0): void {
    const { availAddr } = layout(queue, this.#base);
    const idx = this.#memory.readU16(availAddr + 2) ?? 0;
    const size = this.#sizes[queue] ?? SIZE;
    heads.forEach((head, i) => {
      this.#memory.writeU16(availAddr + 4 + 2 * ((idx + i) % size), head);
    });
    this.#memory.writeU16(availAddr + 2, (idx + heads.length + jump) & 0xffff);
  }

  notify(queue: number): void {
    this.mmio.write(0x050, 4, queue);
  }
}
