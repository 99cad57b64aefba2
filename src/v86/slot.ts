// Puts a virtio PCI function into a v86 machine. v86 keeps the bytes of a function's configuration space itself and moves its
// ports; here its own space is read in their place, so that what changes by itself (status, window) is live.

import type { PciTransport } from '../virtio/index.ts';
import type { V86Cpu } from './machine.ts';

/** Where the registers lie until the firmware places them: ports that no device of v86 has. */
const PORT = 0xd000;
const PCI_DATA = 0xcfc;
const REG_BAR = 0x10;

/** `slot`: the device number on bus 0, free in a v86 machine. Before the firmware runs. */
export function plugIn(cpu: V86Cpu, pci: PciTransport, slot: number): void {
  const bus = cpu.devices.pci;
  const id = slot << 3;
  pci.config.write(REG_BAR, 4, PORT);
  for (let offset = 0; offset < pci.barBytes; offset++) registerPort(cpu, pci, offset);
  bus.register_device({
    pci_id: id,
    pci_space: [...pci.config.save()],
    pci_bars: [{ size: pci.barBytes }],
    name: 'guestmem',
  });
  pci.onLine = (isAsserted): void => (isAsserted ? bus.raise_irq(id) : bus.lower_irq(id));
  for (let byte = 0; byte < 4; byte++) wrapDataPort(cpu, pci, id, byte);
}

function registerPort({ io }: V86Cpu, pci: PciTransport, offset: number): void {
  const read = (widthBytes: number) => (): number => signed(pci.read(offset, widthBytes));
  const write =
    (widthBytes: number) =>
    (value: number): void =>
      pci.write(offset, widthBytes, value >>> 0);
  io.register_read(PORT + offset, pci, read(1), read(2), read(4));
  io.register_write(PORT + offset, pci, write(1), write(2), write(4));
}

/** The bus's data port: our function answers for itself, and v86 hears what is written to it. */
function wrapDataPort({ io, devices }: V86Cpu, pci: PciTransport, id: number, byte: number): void {
  const port = io.ports[PCI_DATA + byte];
  if (port === undefined) return;
  const { pci_addr: address } = devices.pci;
  const isOurs = (): boolean => ((address[2] ?? 0) << 8) + (address[1] ?? 0) === id;
  const at = (): number => ((address[0] ?? 0) & 0xfc) + byte;
  for (const bits of [8, 16, 32] as const) {
    const widthBytes = bits / 8;
    const read = port[`read${bits}`].bind(port.device);
    port[`read${bits}`] = (number): number =>
      isOurs() ? signed(pci.config.read(at(), widthBytes)) : read(number);
    const write = port[`write${bits}`].bind(port.device);
    port[`write${bits}`] = (value): void => {
      write(value);
      if (isOurs()) pci.config.write(at(), widthBytes, value >>> 0);
    };
  }
}

/** v86 passes 32 bits as a signed number. */
const signed = (value: number): number => value | 0;
