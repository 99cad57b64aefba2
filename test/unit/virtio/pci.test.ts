/** The modern PCI transport, access by access (spec 4.1.3 to 4.1.5). */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { RefusedArgument } from '../../../src/check/index.ts';
import { Clock } from '../../../src/time/index.ts';
import {
  BALLOON_PROFILES,
  BalloonDevice,
  BalloonDriver,
  BumpMemory,
  DriverTransport,
  PciTransport,
  VirtioDevice,
  connect,
} from '../../../src/virtio/index.ts';
import { MmioOverPci, capabilitiesOf } from '../../support/pci.ts';
import { HoldingModel, V1 } from '../../support/virtio-model.ts';
import { FlatGuestMemory, TestBalloonGuest, TestHost, range } from '../../support/virtio.ts';

const COMMON = { status: 0x14, queueSelect: 0x16, size: 0x18, enable: 0x1c, desc: 0x20 };
const ISR = 0x40;
const CONFIG = 0x80;
const NOTIFY = 0xc0;

interface Rig {
  readonly device: VirtioDevice;
  readonly model: HoldingModel;
  readonly pci: PciTransport;
  readonly lines: boolean[];
}

function rig(sizes: readonly number[] = [8, 16]): Rig {
  const model = new HoldingModel(5, V1 | 0b101n, sizes);
  const device = new VirtioDevice(model, new FlatGuestMemory(1 << 20));
  const pci = new PciTransport(device);
  const lines: boolean[] = [];
  pci.onLine = (isAsserted): void => void lines.push(isAsserted);
  return { device, model, pci, lines };
}

/** Up to FEATURES_OK. */
function negotiate({ pci }: Rig): void {
  for (const status of [0, 1, 3]) pci.write(COMMON.status, 1, status);
  pci.write(0x08, 4, 1);
  pci.write(0x0c, 4, 1);
  pci.write(COMMON.status, 1, 0xb);
}

function start(made: Rig): void {
  negotiate(made);
  const { pci } = made;
  pci.write(COMMON.queueSelect, 2, 0);
  [0x1000, 0x2000, 0x3000].forEach((addr, i) => pci.write(COMMON.desc + 8 * i, 4, addr));
  pci.write(COMMON.enable, 2, 1);
  pci.write(COMMON.status, 1, 0xf);
}

function violations({ device }: Rig): Record<string, number> {
  return Object.fromEntries(device.counters.violations);
}

describe('the common configuration', () => {
  it('offers its features a page at a time, and keeps what the driver took', () => {
    const made = rig();
    const { pci, device } = made;
    expect([pci.read(0x00, 4), pci.read(0x04, 4)]).toEqual([0, 0b101]);
    pci.write(0x00, 4, 1);
    expect([pci.read(0x00, 4), pci.read(0x04, 4)]).toEqual([1, 1]);
    pci.write(0x00, 4, 2);
    expect(pci.read(0x04, 4)).toBe(0);
    for (const status of [1, 3]) pci.write(COMMON.status, 1, status);
    pci.write(0x0c, 4, 0b100);
    pci.write(0x08, 4, 1);
    pci.write(0x0c, 4, 1);
    expect(pci.read(0x0c, 4)).toBe(1);
    pci.write(0x08, 4, 0);
    expect(pci.read(0x0c, 4)).toBe(0b100);
    pci.write(0x08, 4, 7);
    pci.write(0x0c, 4, 1);
    expect([device.features, pci.read(0x0c, 4)]).toEqual([V1 | 0b100n, 0]);
    expect(violations(made)).toEqual({ 'features-not-offered': 1 });
  });

  it('shows each queue as large as it may be, with its own notification offset', () => {
    const { pci } = rig([8, 0, 16]);
    const seen = range(0, 4).map((index) => {
      pci.write(COMMON.queueSelect, 2, index);
      return [pci.read(COMMON.size, 2), pci.read(0x1e, 2), pci.read(COMMON.enable, 2)];
    });
    expect(pci.read(0x12, 2)).toBe(3);
    expect(seen).toEqual([
      [8, 0, 0],
      [0, 0, 0],
      [16, 2, 0],
      [0, 0, 0],
    ]);
  });

  it('keeps the addresses of a queue, above 4 GiB too, and gives them back', () => {
    const made = rig();
    const { pci, device } = made;
    negotiate(made);
    pci.write(COMMON.queueSelect, 2, 1);
    pci.write(COMMON.size, 2, 4);
    const halves = [0x1000, 1, 0x2000, 2, 0xffff_f000, 3];
    halves.forEach((half, i) => pci.write(COMMON.desc + 4 * i, 4, half));
    expect(halves.map((_, i) => pci.read(COMMON.desc + 4 * i, 4))).toEqual(halves);
    expect(device.queueRegisters(1)).toEqual({
      size: 4,
      isReady: false,
      descAddr: 2 ** 32 + 0x1000,
      availAddr: 2 * 2 ** 32 + 0x2000,
      usedAddr: 3 * 2 ** 32 + 0xffff_f000,
    });
  });

  it('has no interrupt vectors: what is written reads back as none', () => {
    const made = rig();
    for (const offset of [0x10, 0x1a]) {
      made.pci.write(offset, 2, 0);
      expect(made.pci.read(offset, 2)).toBe(0xffff);
    }
    expect(violations(made)).toEqual({});
  });

  it('counts generations in eight bits', () => {
    const { pci, model } = rig();
    for (let i = 0; i < 257; i++) model.setConfig32(0, i);
    expect(pci.read(0x15, 1)).toBe(1);
  });
});

describe('accesses out of order', () => {
  it('touch no queue before FEATURES_OK, nor one that is enabled or not there', () => {
    const made = rig();
    const { pci, device } = made;
    pci.write(COMMON.desc, 4, 0x1000);
    expect(violations(made)).toEqual({ 'queue-set-up-out-of-order': 1 });
    start(made);
    pci.write(COMMON.status, 1, 0);
    negotiate(made);
    pci.write(COMMON.queueSelect, 2, 9);
    pci.write(COMMON.desc, 4, 0x1000);
    pci.write(COMMON.queueSelect, 2, 0);
    pci.write(COMMON.enable, 2, 1);
    pci.write(COMMON.desc, 4, 0x5000);
    expect(device.queueRegisters(0)?.descAddr).toBe(0);
    expect(violations(made)).toEqual({
      'queue-set-up-out-of-order': 1,
      'queue-unknown': 1,
      'queue-in-use': 1,
    });
  });

  it('enable nothing by any other value than 1, and disable nothing', () => {
    const made = rig();
    negotiate(made);
    for (const value of [0, 2]) made.pci.write(COMMON.enable, 2, value);
    expect(made.pci.read(COMMON.enable, 2)).toBe(0);
    made.pci.write(COMMON.enable, 2, 1);
    made.pci.write(COMMON.enable, 2, 0);
    expect(made.pci.read(COMMON.enable, 2)).toBe(1);
    expect(violations(made)).toEqual({ 'queue-disable': 3 });
  });

  it('of sizes that were not offered are counted, and need a reset', () => {
    const made = rig();
    negotiate(made);
    made.pci.write(COMMON.size, 2, 1024);
    made.pci.write(COMMON.enable, 2, 1);
    made.pci.write(COMMON.status, 1, 0xf);
    made.pci.write(NOTIFY, 2, 0);
    expect(made.pci.read(COMMON.status, 1) & 0x40).toBe(0x40);
    expect(violations(made)['queue-size']).toBeGreaterThan(0);
  });

  it('start over with a reset: selectors, features and queues are as new', () => {
    const made = rig();
    const { pci, lines, model } = made;
    start(made);
    model.setConfig32(0, 1);
    pci.write(COMMON.status, 1, 0);
    expect(lines).toEqual([true, false]);
    const common = range(0, COMMON.desc / 4 + 6).map((i) => i * 4);
    const read = common.filter((at) => at < 0x10 || at >= 0x20).map((at) => pci.read(at, 4));
    expect(read).toEqual([0, 0b101, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([pci.read(COMMON.status, 1), pci.read(ISR, 1), pci.read(COMMON.enable, 2)]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('accesses that no driver may make', () => {
  it('of another width than the field has read zero, write nothing and are counted', () => {
    const made = rig();
    const { pci } = made;
    const wrong: [number, number][] = [
      [0x00, 1],
      [0x02, 2],
      [0x04, 8],
      [0x10, 4],
      [0x14, 2],
      [0x15, 4],
      [0x16, 4],
      [0x17, 1],
      [0x20, 8],
      [0x21, 4],
      [0x37, 1],
    ];
    for (const [offset, widthBytes] of wrong) {
      expect(pci.read(offset, widthBytes)).toBe(0);
      pci.write(offset, widthBytes, 0xff);
    }
    expect(violations(made)).toEqual({ 'register-access-width': 2 * wrong.length });
  });

  it('lie between the regions or behind them', () => {
    const made = rig();
    const { pci } = made;
    const outside = [0x38, 0x3f, 0x41, 0x7f, CONFIG + 16, NOTIFY, pci.barBytes, 2 ** 31];
    expect(outside.map((offset) => pci.read(offset, 1))).toEqual(outside.map(() => 0));
    expect(pci.read(ISR, 4)).toBe(0);
    expect(violations(made)).toEqual({ 'register-read-unknown': outside.length + 1 });
    for (const offset of [0x38, ISR, CONFIG + 16, pci.barBytes, 2 ** 31]) pci.write(offset, 2, 0);
    expect(violations(made)['register-write-unknown']).toBe(5);
  });

  it('write what can only be read', () => {
    const made = rig();
    negotiate(made);
    const before = range(0, 8).map((i) => made.pci.read(i * 4, i < 4 ? 4 : 8));
    for (const [offset, width] of [
      [0x04, 4],
      [0x12, 2],
      [0x15, 1],
      [0x1e, 2],
    ] as const) {
      made.pci.write(offset, width, 1);
    }
    expect(range(0, 8).map((i) => made.pci.read(i * 4, i < 4 ? 4 : 8))).toEqual(before);
    expect(violations(made)['register-write-unknown']).toBe(4);
  });

  it('reach over the end of the config space', () => {
    const made = rig();
    made.model.bytes.fill(7);
    expect(made.pci.read(CONFIG + 14, 4)).toBe(0x0707);
    expect(made.pci.read(CONFIG, 8)).toBe(0);
    expect(violations(made)).toEqual({
      'config-read-out-of-range': 1,
      'register-access-width': 1,
    });
  });

  it('notify at no queue’s address, of no queue, or of another one', () => {
    const made = rig();
    start(made);
    const { pci, model } = made;
    model.log.length = 0;
    pci.write(NOTIFY + 1, 2, 0);
    pci.write(NOTIFY, 4, 0);
    pci.write(NOTIFY + 2, 2, 0);
    expect(model.log).toEqual([]);
    pci.write(NOTIFY + 4, 2, 1);
    pci.write(NOTIFY + 4 * 9, 2, 9);
    expect(model.log).toEqual([]);
    pci.write(NOTIFY, 2, 1);
    expect(model.log).toEqual(['notify 0']);
    expect(violations(made)).toEqual({
      'register-access-width': 3,
      'notify-unknown-queue': 2,
      'notify-other-queue': 1,
    });
  });
});

describe('the interrupt line', () => {
  it('is up from the first reason until all are read', () => {
    const made = rig();
    const { pci, model, lines } = made;
    start(made);
    model.setConfig32(0, 1);
    model.setConfig32(0, 2);
    expect(lines).toEqual([true]);
    expect([pci.read(ISR, 1), pci.read(ISR, 1)]).toEqual([2, 0]);
    expect(lines).toEqual([true, false]);
    model.setConfig32(0, 3);
    expect(lines).toEqual([true, false, true]);
  });

  it('stays down while the driver has it off, and comes up when it is on again', () => {
    const made = rig();
    const { pci, model, lines } = made;
    start(made);
    pci.config.write(4, 2, 0x407);
    model.setConfig32(0, 1);
    expect(lines).toEqual([]);
    expect(pci.config.read(6, 2) & 8).toBe(8);
    pci.config.write(4, 2, 7);
    expect(lines).toEqual([true]);
    pci.config.write(4, 2, 0x407);
    expect(lines).toEqual([true, false]);
  });
});

it('goes on where another stopped', () => {
  const made = rig();
  start(made);
  made.pci.write(0x08, 4, 1);
  made.pci.config.write(0x3c, 1, 11);
  made.model.setConfig32(0, 1);
  const copy = rig();
  copy.device.load(made.device.save());
  copy.pci.load(made.pci.save());
  expect(copy.lines).toEqual([true]);
  expect([copy.pci.read(0x0c, 4), copy.pci.config.read(0x3c, 1)]).toEqual([1, 11]);
  expect(copy.pci.read(ISR, 1)).toBe(2);
  copy.pci.write(NOTIFY, 2, 0);
  expect(copy.model.log).toContain('notify 0');
});

it('has room for every device’s config and queues, in a power of two', () => {
  const config = new Uint8Array(300);
  const model = Object.assign(new HoldingModel(24, V1, Array(64).fill(8)), { bytes: config });
  const pci = new PciTransport(new VirtioDevice(model, new FlatGuestMemory(4096)));
  const [, notify, , own] = capabilitiesOf(pci);
  expect([own?.lengthBytes, notify?.lengthBytes, pci.barBytes]).toEqual([300, 256, 1024]);
  expect((own?.start ?? 0) + 300).toBeLessThanOrEqual(notify?.start ?? 0);
});

it('is not for a device that PCI has no number for', () => {
  const model = new HoldingModel(0xffff, V1, [8]);
  const device = new VirtioDevice(model, new FlatGuestMemory(4096));
  expect(() => new PciTransport(device)).toThrow(RefusedArgument);
});

/** What a balloon session leaves behind in guest and host. */
function session(profile: 'firecracker' | 'qemu', isPci: boolean): unknown {
  const host = new TestHost(256);
  const model = new BalloonDevice(BALLOON_PROFILES[profile], host, {
    memoryPages: 256,
    deflateOnOom: true,
    freePageHinting: true,
    freePageReporting: true,
  });
  const memory = new FlatGuestMemory(1 << 20);
  const device = new VirtioDevice(model, memory, BALLOON_PROFILES[profile].policy);
  const source = new BumpMemory(memory, 4096);
  let transport: DriverTransport;
  if (isPci) {
    const pci = new PciTransport(device);
    transport = new DriverTransport(new MmioOverPci(pci), source);
    pci.onLine = (isAsserted): void => {
      if (isAsserted) transport.interrupt();
    };
  } else transport = connect(device, source).transport;
  const guest = new TestBalloonGuest(range(100, 60));
  guest.hintBlocks = [64, 128];
  const driver = new BalloonDriver(transport, guest, new Clock());
  expect(driver.probe()).toBeUndefined();
  for (const target of [40, 7, 60]) model.setTarget(target);
  model.startHinting();
  model.finishHinting();
  const { counters } = device;
  const digest = createHash('sha256').update(memory.bytes).digest('hex');
  return {
    host,
    entered: guest.entered,
    released: guest.released,
    counters,
    bytes: digest,
  };
}

describe('one device behind two transports', () => {
  it.each(['firecracker', 'qemu'] as const)('does the same with %s', (profile) => {
    const overPci = session(profile, true);
    expect(overPci).toEqual(session(profile, false));
    expect((overPci as { host: TestHost }).host.discards).not.toEqual([]);
  });
});
