/** Our balloon in a machine of v86's shape, with our driver on its bus. test/guest has the real ones. */

import { expect, it } from 'vitest';

import { Clock } from '../../../src/time/index.ts';
import { V86Balloon } from '../../../src/v86/index.ts';
import {
  BalloonDriver,
  BumpMemory,
  DriverTransport,
  FlatMemory,
} from '../../../src/virtio/index.ts';
import { MmioOverPci } from '../../support/pci.ts';
import { FakeV86 } from '../../support/v86.ts';
import { TestBalloonGuest, range } from '../../support/virtio.ts';

interface Made {
  readonly cpu: FakeV86;
  readonly balloon: V86Balloon;
  readonly transport: DriverTransport;
  readonly driver: BalloonDriver;
}

function made(guest = new TestBalloonGuest(range(300, 100))): Made {
  const cpu = new FakeV86();
  const balloon = new V86Balloon(cpu, { deflateOnOom: true, freePageReporting: true });
  const memory = new FlatMemory(() => cpu.mem8.subarray(0));
  const bus = new MmioOverPci(balloon.pci);
  const transport = new DriverTransport(bus, new BumpMemory(memory, 0x10_0000));
  const { pci } = cpu.devices;
  pci.raise_irq = (): void => transport.interrupt();
  const driver = new BalloonDriver(transport, guest, new Clock());
  return { cpu, balloon, transport, driver };
}

it('takes what the driver gives: the guest reads zeros, the account has it frame by frame', () => {
  const { cpu, balloon, driver } = made();
  const frames = range(300, 100);
  for (const pfn of frames) cpu.mem8.subarray(pfn * 4096)[7] = 1;
  expect(driver.probe()).toBeUndefined();
  expect(balloon.frames.backedFrames(300, 400)).toBe(100);
  balloon.model.setTarget(40);
  expect(balloon.model.actualPages).toBe(40);
  expect(frames.filter((pfn) => balloon.frames.isBacked(pfn))).toEqual(range(340, 60));
  expect(frames.filter((pfn) => cpu.mem8.subarray(pfn * 4096)[7] === 1)).toEqual(range(340, 60));
  expect(balloon.model.counters.releasedPages).toBe(40);
  expect(balloon.device.counters.violations.size).toBe(0);
});

it('goes on in a copy of the machine', () => {
  const first = made();
  first.driver.probe();
  first.balloon.model.setTarget(40);
  const copy = made(new TestBalloonGuest([]));
  copy.cpu.mem8.subarray(0).set(first.cpu.mem8.subarray(0));
  copy.balloon.load(structuredClone(first.balloon.save()));
  expect([copy.balloon.model.actualPages, copy.balloon.device.isActive]).toEqual([40, true]);
  expect(copy.balloon.device.features).toBe(first.balloon.device.features);
  // the copy of the guest hears of a new target
  let changes = 0;
  copy.transport.resume(first.balloon.device.features, {
    configChanged: () => changes++,
    queueUsed: () => {},
    work: () => {},
  });
  copy.balloon.model.setTarget(10);
  expect(changes).toBe(1);
});
