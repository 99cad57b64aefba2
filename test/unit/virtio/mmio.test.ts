import {
  REG_DRIVER_FEATURES,
  REG_DRIVER_FEATURES_SEL,
  REG_QUEUE_DESC_LOW,
  REG_QUEUE_DEVICE_LOW,
  REG_QUEUE_DRIVER_LOW,
  REG_QUEUE_READY,
  REG_QUEUE_SEL,
  REG_QUEUE_SIZE,
  REG_STATUS,
} from '../../../src/virtio/mmio.ts';
import { STATUS_NEEDS_RESET } from '../../../src/virtio/constants.ts';
import { describe, expect, it } from 'vitest';

import { RefusedArgument } from '../../../src/check/index.ts';
import { Clock } from '../../../src/time/index.ts';
import {
  BALLOON_PROFILES,
  BalloonDevice,
  BalloonDriver,
  DriverTransport,
  MmioTransport,
  POLICY_EXACT,
  POLICY_SPEC,
  VirtioDevice,
  type DevicePolicy,
  type RegisterBus,
} from '../../../src/virtio/index.ts';
import { BumpMemory, FlatGuestMemory, TestBalloonGuest, TestHost } from '../../support/virtio.ts';

function device(policy: DevicePolicy, profile: 'firecracker' | 'qemu' = 'qemu'): VirtioDevice {
  const balloon = new BalloonDevice(BALLOON_PROFILES[profile], new TestHost(256), {
    memoryPages: 256,
    deflateOnOom: true,
  });
  return new VirtioDevice(balloon, new FlatGuestMemory(1 << 20), policy);
}

const reg = (offset: number): string => offset.toString(16).padStart(3, '0');

const queue = (index: number, page: number): string =>
  `W030=${index} R044 R034 W038=100 W080=${page}000 W084=0 W090=${page + 1}000 W094=0 ` +
  `W0a0=${page + 2}000 W0a4=0 W044=1`;

describe('register map', () => {
  it('is accessed in the order of Linux (docs/linux-memory.md E.4)', () => {
    const virtio = device(POLICY_EXACT, 'firecracker');
    const mmio = new MmioTransport(virtio);
    const trace: string[] = [];
    const bus: RegisterBus = {
      read: (offset, width) => {
        const value = mmio.read(offset, width);
        trace.push(`R${reg(offset)}`);
        return value;
      },
      write: (offset, width, value) => {
        trace.push(`W${reg(offset)}=${value.toString(16)}`);
        mmio.write(offset, width, value);
      },
    };
    const transport = new DriverTransport(bus, new BumpMemory(virtio.memory, 4096));
    virtio.onInterrupt = (): void => transport.interrupt();
    const driver = new BalloonDriver(transport, new TestBalloonGuest([7]), new Clock());
    expect(driver.probe()).toBeUndefined();
    expect(trace.join(' ')).toBe(
      'R000 R004 R008 R00c W070=0 R070 W070=1 R070 W070=3 W014=1 R010 W014=0 R010 ' +
        'W024=1 W020=1 W024=0 W020=4 R070 W070=b R070 ' +
        `${queue(0, 1)} ${queue(1, 4)} R070 W070=f R100`,
    );
    trace.length = 0;
    (virtio.model as BalloonDevice).setTarget(1);
    // Interrupt, target, one message with its interrupt, `actual`; nothing is left to do then.
    expect(trace.join(' ')).toBe('R060 W064=2 R100 W050=0 R060 W064=1 W104=1');
  });

  it('identifies the device', () => {
    const mmio = new MmioTransport(device(POLICY_SPEC));
    expect([0, 4, 8].map((offset) => mmio.read(offset, 4))).toEqual([0x74726976, 2, 5]);
  });

  it('answers zero to what it does not know, and counts it', () => {
    const virtio = device(POLICY_SPEC);
    const mmio = new MmioTransport(virtio);
    expect([mmio.read(0, 1), mmio.read(2, 4), mmio.read(0x3c, 4), mmio.read(0x100, 8)]).toEqual([
      0, 0, 0, 0,
    ]);
    mmio.write(0x3c, 4, 1);
    mmio.write(0x100, 3, 1);
    expect(virtio.counters.violations).toEqual(
      new Map([
        ['register-access-width', 4],
        ['register-read-unknown', 1],
        ['register-write-unknown', 1],
      ]),
    );
    expect(mmio.read(0xb0, 4)).toBe(0xffff_ffff);
    expect(mmio.counters).toEqual({ reads: 5, writes: 2 });
  });
});

describe('status', () => {
  it('refuses FEATURES_OK without VERSION_1 or with features never offered', () => {
    const virtio = device(POLICY_SPEC);
    for (const features of [4n, (1n << 32n) | (1n << 40n)]) {
      virtio.reset();
      virtio.writeStatus(1);
      virtio.writeStatus(3);
      virtio.writeFeatures(features);
      virtio.writeStatus(0xb);
      expect(virtio.status).toBe(3);
    }
    expect(virtio.counters.violations.get('features-refused')).toBe(2);
  });

  it('masks features never offered with Firecracker', () => {
    const virtio = device(POLICY_EXACT, 'firecracker');
    virtio.writeStatus(1);
    virtio.writeStatus(3);
    virtio.writeFeatures((1n << 64n) - 1n);
    virtio.writeStatus(0xb);
    expect(virtio.status).toBe(0xb);
    expect(virtio.features).toBe((1n << 32n) | 4n);
  });

  it('takes only the exact steps with Firecracker', () => {
    const virtio = device(POLICY_EXACT);
    virtio.writeStatus(3);
    expect(virtio.status).toBe(0);
    virtio.writeStatus(1);
    virtio.writeStatus(0xf);
    expect(virtio.status).toBe(1);
    virtio.writeStatus(0x83);
    expect(virtio.status).toBe(0x81);
    virtio.writeStatus(0);
    expect(virtio.status).toBe(0);
  });

  it('takes several bits at once otherwise', () => {
    const virtio = device(POLICY_SPEC);
    virtio.writeStatus(3);
    expect(virtio.status).toBe(3);
    virtio.writeStatus(1);
    expect(virtio.counters.violations.get('status-bits-cleared')).toBe(1);
    expect(virtio.status).toBe(3);
  });

  it('needs a reset when DRIVER_OK comes without queues', () => {
    const virtio = device(POLICY_SPEC);
    virtio.writeStatus(3);
    virtio.writeFeatures(1n << 32n);
    virtio.writeStatus(0xb);
    virtio.writeStatus(0xf);
    expect(virtio.status).toBe(0x4f);
    expect(virtio.isActive).toBe(false);
    virtio.notify(0);
    expect(virtio.counters.violations.get('notify-while-needs-reset')).toBe(1);
    virtio.writeStatus(0);
    expect(virtio.status).toBe(0);
  });
});

describe('a queue of a size that was not offered', () => {
  const CASES = (['firecracker', 'cloud-hypervisor', 'qemu'] as const).flatMap((name) =>
    [0, 3, 100, 1024, 32_768, 65_536, 0xffff_ffff].map((size) => [name, size] as const),
  );

  it.each(CASES)('%s: %d is counted when it is written, and needs a reset', (name, size) => {
    const profile = BALLOON_PROFILES[name];
    const memory = new FlatGuestMemory(2 ** 22);
    const model = new BalloonDevice(profile, new TestHost(1024), { memoryPages: 1024 });
    const virtio = new VirtioDevice(model, memory, profile.policy);
    const mmio = new MmioTransport(virtio);
    const write = (register: number, value: number): void => mmio.write(register, 4, value);
    for (const status of [0, 1, 3]) write(REG_STATUS, status);
    write(REG_DRIVER_FEATURES_SEL, 1);
    write(REG_DRIVER_FEATURES, 1);
    write(REG_STATUS, 0xb);
    for (const index of [0, 1]) {
      write(REG_QUEUE_SEL, index);
      write(REG_QUEUE_SIZE, size);
      write(REG_QUEUE_DESC_LOW, 0);
      write(REG_QUEUE_DRIVER_LOW, 2 ** 20);
      write(REG_QUEUE_DEVICE_LOW, 2 ** 21);
      write(REG_QUEUE_READY, 1);
    }
    expect(virtio.counters.violations.get('queue-size')).toBe(2);
    write(REG_STATUS, 0xf);
    expect(virtio.status & STATUS_NEEDS_RESET).not.toBe(0);
    expect(virtio.isActive).toBe(false);
  });
});

it('refuses what is no access to a register, and counts none', () => {
  const target = device(POLICY_SPEC);
  const mmio = new MmioTransport(target);
  for (const wrong of [5n as unknown as number, Number.NaN, 4.5, '4' as unknown as number]) {
    expect(() => mmio.read(wrong, 4)).toThrow(RefusedArgument);
    expect(() => mmio.read(0, wrong)).toThrow(RefusedArgument);
    expect(() => mmio.write(0x100, 4, wrong)).toThrow(RefusedArgument);
  }
  expect(mmio.counters).toEqual({ reads: 0, writes: 0 });
  expect(target.counters.violations.size).toBe(0);
});
