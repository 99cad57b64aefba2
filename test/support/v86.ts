/** The little of a v86 machine that the adapter uses: ports, the PCI bus's two, memory that can grow. */

import type { V86Cpu, V86Port } from '../../src/v86/machine.ts';

const PCI_ADDRESS = 0xcf8;
const PCI_DATA = 0xcfc;
const CONFIG_SPACE_BYTES = 256;

const ones = (bits: number) => (): number => (bits === 32 ? -1 : 2 ** bits - 1);
const drop = (): void => {};

function emptyPort(): V86Port {
  return {
    device: undefined,
    read8: ones(8),
    read16: ones(16),
    read32: ones(32),
    write8: drop,
    write16: drop,
    write32: drop,
  };
}

export class FakeV86 implements V86Cpu {
  readonly memory: WebAssembly.Memory;
  readonly mem8: { subarray(start: number): Uint8Array };
  readonly io: V86Cpu['io'];
  readonly devices: V86Cpu['devices'];
  /** Interrupts as v86 hears them, and ranges whose code it forgot. */
  readonly lines: string[] = [];
  readonly forgotten: [number, number][] = [];
  /** What v86 keeps of each function's configuration space. */
  readonly spaces: Map<number, Uint8Array> = new Map();
  readonly #address = new Uint8Array(4);

  constructor(pages = 32) {
    this.memory = new WebAssembly.Memory({ initial: pages });
    const sizeBytes = this.memory.buffer.byteLength;
    this.mem8 = {
      subarray: (start) => new Uint8Array(this.memory.buffer, start, sizeBytes - start),
    };
    const ports = Array.from({ length: 0x10000 }, emptyPort);
    this.io = {
      ports,
      register_read: (port, device, read8, read16, read32) => {
        ports[port] = { ...(ports[port] as V86Port), device, read8, read16, read32 };
      },
      register_write: (port, device, write8, write16, write32) => {
        ports[port] = { ...(ports[port] as V86Port), device, write8, write16, write32 };
      },
    };
    this.devices = {
      pci: {
        pci_addr: this.#address,
        register_device: ({ pci_id: id, pci_space: space }) => {
          this.spaces.set(id, Uint8Array.from(space));
        },
        raise_irq: (id) => this.lines.push(`raise ${id}`),
        lower_irq: (id) => this.lines.push(`lower ${id}`),
      },
    };
    for (let byte = 0; byte < 4; byte++) this.#dataPort(byte);
  }

  jit_dirty_cache(start: number, end: number): void {
    this.forgotten.push([start, end]);
  }

  /** As the guest's `in` and `out`. */
  read(port: number, bits: 8 | 16 | 32): number {
    const entry = this.io.ports[port] as V86Port;
    return entry[`read${bits}`].call(entry.device, port);
  }

  write(port: number, bits: 8 | 16 | 32, value: number): void {
    const entry = this.io.ports[port] as V86Port;
    entry[`write${bits}`].call(entry.device, value | 0);
  }

  readConfig(id: number, offset: number, bits: 8 | 16 | 32): number {
    this.#latch(id, offset);
    return this.read(PCI_DATA + (offset % 4), bits);
  }

  writeConfig(id: number, offset: number, bits: 8 | 16 | 32, value: number): void {
    this.#latch(id, offset);
    this.write(PCI_DATA + (offset % 4), bits, value);
  }

  #latch(id: number, offset: number): void {
    this.#address.set([offset & 0xfc, id & 0xff, id >> 8, 0x80]);
    this.write(PCI_ADDRESS, 32, 0);
  }

  /** v86's own handlers: bytes of a space that it keeps. */
  #dataPort(byte: number): void {
    const at = (): [Uint8Array | undefined, number] => [
      this.spaces.get(((this.#address[2] ?? 0) << 8) + (this.#address[1] ?? 0)),
      (this.#address[0] ?? 0) + byte,
    ];
    const read = (widthBytes: number) => (): number => {
      const [space, offset] = at();
      if (space === undefined) return widthBytes === 4 ? -1 : 2 ** (8 * widthBytes) - 1;
      let value = 0;
      for (let i = 0; i < widthBytes; i++) value |= (space[offset + i] ?? 0) << (8 * i);
      return value;
    };
    const write =
      (widthBytes: number) =>
      (value: number): void => {
        const [space, offset] = at();
        for (let i = 0; i < widthBytes && offset + i < CONFIG_SPACE_BYTES; i++) {
          space?.fill((value >>> (8 * i)) & 0xff, offset + i, offset + i + 1);
        }
      };
    this.io.register_read(PCI_DATA + byte, this, read(1), read(2), read(4));
    this.io.register_write(PCI_DATA + byte, this, write(1), write(2), write(4));
  }
}
