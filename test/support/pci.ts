/** A driver's way over PCI: finds the regions by their capabilities, and stands in for the mmio registers. */

import type { PciTransport, RegisterBus } from '../../src/virtio/index.ts';

export interface Capability {
  readonly at: number;
  readonly kind: number;
  readonly bar: number;
  readonly start: number;
  readonly lengthBytes: number;
  readonly extra: number;
}

/** The capabilities in order, as a driver walks them. */
export function capabilitiesOf({ config }: PciTransport): Capability[] {
  const found: Capability[] = [];
  for (let at = config.read(0x34, 1); at !== 0; at = config.read(at + 1, 1)) {
    if (config.read(at, 1) !== 9) throw new Error(`no vendor capability at ${at}`);
    found.push({
      at,
      kind: config.read(at + 3, 1),
      bar: config.read(at + 4, 1),
      start: config.read(at + 8, 4),
      lengthBytes: config.read(at + 12, 4),
      extra:
        config.read(at + 2, 1) > 16 && config.read(at + 3, 1) === 2 ? config.read(at + 16, 4) : 0,
    });
  }
  return found;
}

/** Offset and width in the common configuration of each mmio register that has one there. */
const COMMON: Readonly<Record<number, readonly [offset: number, widthBytes: number]>> = {
  0x010: [0x04, 4],
  0x014: [0x00, 4],
  0x020: [0x0c, 4],
  0x024: [0x08, 4],
  0x030: [0x16, 2],
  0x034: [0x18, 2],
  0x038: [0x18, 2],
  0x044: [0x1c, 2],
  0x070: [0x14, 1],
  0x080: [0x20, 4],
  0x084: [0x24, 4],
  0x090: [0x28, 4],
  0x094: [0x2c, 4],
  0x0a0: [0x30, 4],
  0x0a4: [0x34, 4],
  0x0fc: [0x15, 1],
};

/** Lets a driver that was written for mmio drive a PCI function. */
export class MmioOverPci implements RegisterBus {
  readonly #pci: PciTransport;
  readonly #start: ReadonlyMap<number, number>;
  readonly #multiplier: number;

  constructor(pci: PciTransport) {
    this.#pci = pci;
    const capabilities = capabilitiesOf(pci);
    this.#start = new Map(capabilities.map(({ kind, start }) => [kind, start]));
    this.#multiplier = capabilities.find(({ kind }) => kind === 2)?.extra ?? 0;
  }

  read(offset: number, widthBytes: number): number {
    if (offset >= 0x100) return this.#pci.read(this.#at(4) + offset - 0x100, widthBytes);
    if (offset === 0x000) return 0x74726976;
    if (offset === 0x004) return 2;
    if (offset === 0x008) return this.#pci.config.read(2, 2) - 0x1040;
    if (offset === 0x060) return this.#pci.read(this.#at(3), 1);
    const field = COMMON[offset];
    return field === undefined ? 0 : this.#pci.read(this.#at(1) + field[0], field[1]);
  }

  write(offset: number, widthBytes: number, value: number): void {
    if (offset >= 0x100) this.#pci.write(this.#at(4) + offset - 0x100, widthBytes, value);
    else if (offset === 0x050) {
      this.#pci.write(this.#at(2) + value * this.#multiplier, 2, value);
    } else {
      const field = COMMON[offset];
      // the interrupt was acknowledged when it was read
      if (field !== undefined) this.#pci.write(this.#at(1) + field[0], field[1], value);
    }
  }

  #at(kind: number): number {
    return this.#start.get(kind) ?? 0;
  }
}
