/** What both transports do through selectors; mmio.test.ts and pci.test.ts come in through the registers. */

import { expect, it } from 'vitest';

import { VirtioDevice } from '../../../src/virtio/index.ts';
import {
  SelectedRegisters,
  bytesOf,
  littleEndian,
  readDeviceConfig,
  writeDeviceConfig,
} from '../../../src/virtio/registers.ts';
import { HoldingModel, V1 } from '../../support/virtio-model.ts';
import { FlatGuestMemory } from '../../support/virtio.ts';

function made(): { device: VirtioDevice; model: HoldingModel; selected: SelectedRegisters } {
  const model = new HoldingModel(5, V1, [8, 4]);
  const device = new VirtioDevice(model, new FlatGuestMemory(4096));
  return { device, model, selected: new SelectedRegisters(device) };
}

it('numbers are little-endian, at any width', () => {
  expect(bytesOf(0x0102_0304, 4)).toEqual(Uint8Array.of(4, 3, 2, 1));
  expect(bytesOf(0x0102_0304, 2)).toEqual(Uint8Array.of(4, 3));
  expect(littleEndian(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toBe(0xffff_ffff);
  expect(littleEndian(new Uint8Array(0))).toBe(0);
});

it('the config space is read and written at the widths that its fields have', () => {
  const { device, model } = made();
  device.writeStatus(3);
  writeDeviceConfig(device, 1, 2, 0x0203);
  writeDeviceConfig(device, 1, 3, 0x0203);
  expect(model.log).toEqual(['config 1 3 2']);
  expect([readDeviceConfig(device, 0, 4), readDeviceConfig(device, 0, 8)]).toEqual([
    0x0002_0300, 0,
  ]);
  expect(device.counters.violations.get('register-access-width')).toBe(2);
});

it('a queue is set up only between FEATURES_OK and its being enabled', () => {
  const { device, selected } = made();
  selected.queueIndex = 1;
  selected.setUpQueue('descLow', 0x100);
  selected.writeStatus(3);
  selected.driverPage = 1;
  selected.accept(1);
  selected.writeStatus(0xb);
  selected.setUpQueue('descLow', 0x200);
  selected.setUpQueue('descHigh', 1);
  selected.setUpQueue('enable', 1);
  selected.setUpQueue('descLow', 0x300);
  expect([selected.queue?.descAddr, selected.queueSizeMax]).toEqual([2 ** 32 + 0x200, 4]);
  expect([...device.counters.violations]).toEqual([
    ['queue-set-up-out-of-order', 1],
    ['queue-in-use', 1],
  ]);
});

it('a reset clears what was selected; a copy has it again', () => {
  const { selected } = made();
  selected.writeStatus(3);
  selected.driverPage = 1;
  selected.accept(1);
  selected.queueIndex = 1;
  const state = selected.save();
  selected.writeStatus(0);
  expect([selected.driverPage, selected.accepted, selected.queueIndex]).toEqual([0, 0, 0]);
  selected.load(state);
  expect([selected.driverPage, selected.accepted, selected.queueIndex]).toEqual([1, 1, 1]);
});
