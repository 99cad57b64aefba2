import { expect, it } from 'vitest';

import { PciTransport, VirtioDevice } from '../../../src/virtio/index.ts';
import { plugIn } from '../../../src/v86/slot.ts';
import { FakeV86 } from '../../support/v86.ts';
import { HoldingModel, V1 } from '../../support/virtio-model.ts';
import { FlatGuestMemory } from '../../support/virtio.ts';

const ID = 13 << 3;
const PORT = 0xd000;

function made(): { cpu: FakeV86; pci: PciTransport; model: HoldingModel; device: VirtioDevice } {
  const cpu = new FakeV86();
  const model = new HoldingModel(5, V1, [8, 8]);
  const device = new VirtioDevice(model, new FlatGuestMemory(4096));
  const pci = new PciTransport(device, 'io');
  plugIn(cpu, pci, 13);
  return { cpu, pci, model, device };
}

it('the function is found on the bus, and leaves its neighbours as they were', () => {
  const { cpu } = made();
  cpu.spaces.set(8, Uint8Array.of(1, 2, 3, 4));
  expect(cpu.readConfig(ID, 0, 32)).toBe(0x1045_1af4);
  expect([cpu.readConfig(ID, 2, 16), cpu.readConfig(ID, 0x3d, 8)]).toEqual([0x1045, 1]);
  expect(cpu.readConfig(8, 0, 32)).toBe(0x0403_0201);
  expect(cpu.readConfig(16, 0, 32)).toBe(-1);
  cpu.writeConfig(8, 0, 32, -2);
  expect([...(cpu.spaces.get(8) ?? [])]).toEqual([0xfe, 0xff, 0xff, 0xff]);
});

it('firmware finds out how many ports it has; v86 hears what it writes', () => {
  const { cpu, pci } = made();
  expect(cpu.readConfig(ID, 0x10, 32)).toBe(PORT + 1);
  cpu.writeConfig(ID, 0x10, 32, -1);
  expect(cpu.readConfig(ID, 0x10, 32)).toBe(1 - pci.barBytes);
  cpu.writeConfig(ID, 0x10, 32, 0xc000);
  expect(cpu.readConfig(ID, 0x10, 32)).toBe(0xc001);
  expect(cpu.spaces.get(ID)?.[0x11]).toBe(0xc0);
});

it('registers are ports, each at its width; 32 bits are signed for v86', () => {
  const { cpu, device, model } = made();
  for (const status of [1, 3]) cpu.write(PORT + 0x14, 8, status);
  expect([device.status, cpu.read(PORT + 0x14, 8), cpu.read(PORT + 0x12, 16)]).toEqual([3, 3, 2]);
  cpu.write(PORT + 0x80, 32, 0xffff_fffe);
  expect(model.log.at(-1)).toBe('config 0 254 255 255 255');
  expect(cpu.read(PORT + 0x80, 32)).toBe(-2);
  expect(cpu.read(PORT + 0x15, 32)).toBe(0);
  expect(device.counters.violations.get('register-access-width')).toBe(1);
});

it('the interrupt goes to v86 under the function’s number; status and window are live', () => {
  const { cpu, model, device } = made();
  cpu.write(PORT + 0x14, 8, 3);
  cpu.write(PORT + 0x08, 32, 1);
  cpu.write(PORT + 0x0c, 32, 1);
  cpu.write(PORT + 0x14, 8, 0xf);
  expect(device.isActive).toBe(true);
  model.setConfig32(0, 1);
  expect(cpu.lines).toEqual([`raise ${ID}`]);
  expect(cpu.readConfig(ID, 6, 16) & 8).toBe(8);
  cpu.writeConfig(ID, 0x84 + 8, 32, 0x40);
  cpu.writeConfig(ID, 0x84 + 12, 32, 1);
  expect(cpu.readConfig(ID, 0x84 + 16, 8)).toBe(2);
  expect(cpu.lines).toEqual([`raise ${ID}`, `lower ${ID}`]);
});
