/**
 * The balloon device, profile by profile: the behaviours of docs/linux-memory.md C, F.1, F.3, F.4.
 */

import { describe, expect, it } from 'vitest';

import {
  encodeStats,
  STAT_ORDER,
  type BalloonDeviceOptions,
  type BalloonProfileName,
} from '../../../../src/virtio/index.ts';
import { queueRoles } from '../../../../src/virtio/balloon/config.ts';
import { hex, NO_STATS, range } from '../../../support/virtio.ts';
import { PAGES, rig } from './rig.ts';

const V1 = 1n << 32n;
const PROFILES = ['firecracker', 'cloud-hypervisor', 'qemu'] as const;

function offered(profile: BalloonProfileName, options: Partial<BalloonDeviceOptions>): bigint {
  return rig(profile, options).balloon.features & ~((1n << 28n) | (1n << 29n));
}

const ALL: Partial<BalloonDeviceOptions> = {
  mustTellHost: true,
  stats: true,
  deflateOnOom: true,
  freePageHinting: true,
  pagePoison: true,
  freePageReporting: true,
};

describe('wire vectors (G.1)', () => {
  it('a statistics entry', () => {
    const bytes = encodeStats({ ...NO_STATS, freeBytes: 0x1000 }, [4]);
    expect(hex(bytes)).toBe('04 00 00 10 00 00 00 00 00 00');
  });

  it('Linux sends 160 bytes of statistics, 100 before 6.12', () => {
    expect(encodeStats(NO_STATS, STAT_ORDER['6.12'])).toHaveLength(160);
    expect(encodeStats(NO_STATS, STAT_ORDER['6.1'])).toHaveLength(100);
  });

  it('an inflate message', () => {
    const { driver, host } = rig('qemu');
    const message = driver.put([0x46, 3, 0, 0, 0x45, 3, 0, 0]);
    expect(driver.send(0, [message])).toBe(0);
    expect(host.discards).toEqual([
      [0x346, 1],
      [0x345, 1],
    ]);
  });
});

describe('features', () => {
  it('Firecracker never offers MUST_TELL_HOST or PAGE_POISON', () => {
    expect(offered('firecracker', ALL)).toBe(V1 | 0b101110n);
    expect(offered('firecracker', {})).toBe(V1);
  });

  it('Cloud Hypervisor offers DEFLATE_ON_OOM and REPORTING only', () => {
    expect(offered('cloud-hypervisor', ALL)).toBe(V1 | 0b100100n);
  });

  it('QEMU offers statistics always and poison unless told not to', () => {
    expect(offered('qemu', { stats: false })).toBe(V1 | 0b010010n);
    expect(offered('qemu', { pagePoison: false })).toBe(V1 | 0b000010n);
    expect(offered('qemu', ALL)).toBe(V1 | 0b111111n);
  });
});

describe('queue numbers', () => {
  it('are dense as Linux has them, fixed as the specification has them', () => {
    const reporting = 1n << 5n;
    expect(queueRoles('dense', reporting)).toEqual(['inflate', 'deflate', 'reporting']);
    expect(queueRoles('fixed', reporting)[4]).toBe('reporting');
    expect(queueRoles('dense', reporting | 2n)[3]).toBe('reporting');
  });

  it('can be fixed for a driver that goes by the specification', () => {
    const { balloon } = rig('firecracker', { freePageReporting: true, numbering: 'fixed' });
    const sizes = range(0, 6).map((i) => balloon.queueSizeMax(i, 0n));
    expect(sizes).toEqual([256, 256, 0, 0, 256, 0]);
  });

  it.each([
    ['firecracker', [256, 256, 256, 256, 256]],
    ['cloud-hypervisor', [128, 128, 32, 0, 0]],
    ['qemu', [128, 128, 128, 1024, 32]],
  ] as const)('%s has its queue sizes', (profile, sizes) => {
    const { balloon } = rig(profile, ALL);
    expect(range(0, 5).map((i) => balloon.queueSizeMax(i, balloon.features))).toEqual(sizes);
  });
});

describe('config space', () => {
  it.each([
    ['firecracker', {}, 12],
    ['cloud-hypervisor', {}, 8],
    ['qemu', { pagePoison: false }, 8],
    ['qemu', { pagePoison: false, freePageHinting: true }, 12],
    ['qemu', {}, 16],
  ] as const)('%s with %o has its size: %i bytes', (profile, options, length) => {
    const { balloon } = rig(profile, { ...options, targetPages: 0x1000 });
    expect(balloon.config()).toHaveLength(length);
    expect(hex(balloon.config().subarray(0, 8))).toBe('00 10 00 00 00 00 00 00');
  });

  it('Firecracker lets the driver write any byte in range, and nothing out of range', () => {
    const { device, balloon } = rig('firecracker', { targetPages: 7 });
    device.writeConfig(0, Uint8Array.of(0, 0x50, 0, 0, 9, 0, 0, 0));
    expect([balloon.targetPages, balloon.actualPages]).toEqual([0x5000, 9]);
    device.writeConfig(9, new Uint8Array(4));
    device.writeConfig(2 ** 40, new Uint8Array(4));
    expect(device.counters.violations.get('config-write-out-of-range')).toBe(2);
  });

  it('Cloud Hypervisor lets it write `actual` as a whole only', () => {
    const { device, balloon } = rig('cloud-hypervisor', { targetPages: 7 });
    device.writeConfig(0, new Uint8Array(4));
    device.writeConfig(4, Uint8Array.of(1, 0));
    device.writeConfig(4, Uint8Array.of(5, 0, 0, 0));
    expect([balloon.targetPages, balloon.actualPages]).toEqual([7, 5]);
    expect(device.counters.violations.get('config-write-refused')).toBe(2);
  });

  it('QEMU keeps `actual` and poison_val of what is written', () => {
    const { device, balloon } = rig('qemu', { targetPages: 7 });
    device.writeConfig(0, Uint8Array.of(1, 1, 1, 1, 5, 0, 0, 0));
    device.writeConfig(12, Uint8Array.of(0xaa, 0xaa, 0xaa, 0xaa));
    expect([balloon.targetPages, balloon.actualPages]).toEqual([7, 5]);
    expect(balloon.poisonVal).toBe(0xaaaa_aaaa);
  });

  it('a new target raises a config interrupt and a new generation', () => {
    const { balloon, driver, device } = rig('qemu');
    const { configGeneration } = device;
    expect(balloon.setTarget(5)).toBe('ok');
    expect(driver.configInterrupts).toBe(1);
    expect(device.configGeneration).not.toBe(configGeneration);
  });

  it('Firecracker refuses a target above RAM, and any while inactive', () => {
    const { balloon, device } = rig('firecracker');
    expect(balloon.setTarget(PAGES + 1)).toBe('too-large');
    device.reset();
    expect(balloon.setTarget(1)).toBe('inactive');
    expect(rig('qemu').balloon.setTarget(PAGES + 1)).toBe('ok');
  });

  it('a reset keeps the target; Firecracker clears `actual`', () => {
    for (const [profile, actual] of [['firecracker', 0] as const, ['qemu', 5] as const]) {
      const { balloon, device } = rig(profile, { targetPages: 7 });
      device.writeConfig(4, Uint8Array.of(5, 0, 0, 0));
      device.reset();
      expect([balloon.targetPages, balloon.actualPages]).toEqual([7, actual]);
    }
  });
});

describe('inflate', () => {
  it('Firecracker sorts, drops duplicates and discards ranges', () => {
    const { driver, host } = rig('firecracker');
    driver.send(0, [driver.pfns(9, 7, 8, 7, 20, 0xffff_ffff, 8)]);
    expect(host.discards).toEqual([
      [7, 3],
      [20, 1],
    ]);
    expect(host.backed.filter((b) => b === 0)).toHaveLength(4);
  });

  it('Firecracker gathers 2048 numbers over several messages', () => {
    const { driver, host, balloon } = rig('firecracker');
    for (let i = 0; i < 8; i++) driver.send(0, [driver.pfns(...range(256 * (7 - i), 256))]);
    expect(host.discards).toHaveLength(8);
    expect(balloon.counters.releasedPages).toBe(2048);
  });

  it('QEMU discards page by page, in the order given, duplicates too', () => {
    const { driver, host } = rig('qemu');
    driver.send(0, [driver.pfns(9, 8), driver.pfns(9)]);
    expect(host.discards).toEqual([
      [9, 1],
      [8, 1],
      [9, 1],
    ]);
  });

  it('Firecracker and Cloud Hypervisor read only the first descriptor, QEMU all', () => {
    for (const profile of PROFILES) {
      const { driver, balloon } = rig(profile);
      driver.send(0, [driver.pfns(9), driver.pfns(8)]);
      expect(balloon.counters.inflatedPages).toBe(profile === 'qemu' ? 2 : 1);
    }
  });

  it('Firecracker drops a message of more than 256 pages and never returns it', () => {
    const { driver, host } = rig('firecracker');
    expect(driver.send(0, [driver.pfns(...range(0, 257))])).toBeUndefined();
    expect(host.discards).toEqual([]);
    expect(driver.send(0, [driver.pfns(...range(0, 256))])).toBe(0);
  });

  it('a message of odd length: ignored, cut to whole numbers, or the end of the device', () => {
    const odd = [9, 0, 0, 0, 8];
    const firecracker = rig('firecracker');
    expect(firecracker.driver.send(0, [firecracker.driver.put(odd)])).toBe(0);
    expect(firecracker.host.discards).toEqual([]);
    const qemu = rig('qemu');
    expect(qemu.driver.send(0, [qemu.driver.put(odd)])).toBe(0);
    expect(qemu.host.discards).toEqual([[9, 1]]);
    const cloud = rig('cloud-hypervisor');
    expect(cloud.driver.send(0, [cloud.driver.put(odd)])).toBeUndefined();
    expect(cloud.device.status & 0x40).toBe(0x40);
  });

  it('a writable message has no effect', () => {
    for (const profile of PROFILES) {
      const { driver, host, device } = rig(profile);
      driver.send(0, [driver.pfns(9)], 0);
      expect(host.discards).toEqual([]);
      expect(device.isActive).toBe(profile !== 'cloud-hypervisor');
    }
  });

  it('a page outside memory is skipped, or ends Cloud Hypervisor', () => {
    for (const profile of PROFILES) {
      const { driver, balloon, device, host } = rig(profile);
      driver.send(0, [driver.pfns(PAGES + 5, 9)]);
      expect(balloon.counters.outsideMemory).toBe(1);
      expect(device.isActive).toBe(profile !== 'cloud-hypervisor');
      expect(host.discards).toHaveLength(profile === 'cloud-hypervisor' ? 0 : 1);
    }
  });

  it('used length: zero, with Cloud Hypervisor the length of the message', () => {
    for (const profile of PROFILES) {
      const { driver } = rig(profile);
      const length = driver.send(0, [driver.pfns(1, 2)]);
      expect(length).toBe(profile === 'cloud-hypervisor' ? 8 : 0);
    }
  });

  it('discards nothing while inhibited', () => {
    const { driver, balloon, host } = rig('qemu', { freePageReporting: true });
    balloon.setInhibited(true);
    driver.send(0, [driver.pfns(1, 2)]);
    driver.send(3, [{ addr: 0x20_0000, lengthBytes: 0x20_0000 }], 0);
    expect(host.discards).toEqual([]);
  });
});

describe('host pages of 2 MiB', () => {
  const hostPageBytes = 2 << 20;

  it('go when all 512 subpages were named in one message', () => {
    const { driver, host } = rig('qemu', { hostPageBytes });
    driver.send(0, [driver.pfns(...range(512, 256)), driver.pfns(...range(768, 256))]);
    expect(host.discards).toEqual([[512, 512]]);
  });

  it('are forgotten by QEMU at the end of a message, not by Cloud Hypervisor', () => {
    for (const profile of ['qemu', 'cloud-hypervisor'] as const) {
      const { driver, host } = rig(profile, { hostPageBytes });
      driver.send(0, [driver.pfns(...range(512, 256))]);
      driver.send(0, [driver.pfns(...range(768, 256))]);
      expect(host.discards).toEqual(profile === 'qemu' ? [] : [[512, 512]]);
    }
  });

  it('are forgotten when another host page comes between', () => {
    const { driver, host } = rig('cloud-hypervisor', { hostPageBytes });
    driver.send(0, [driver.pfns(...range(512, 511), 5, 1023)]);
    expect(host.discards).toEqual([]);
  });

  it('a subpage named twice counts once', () => {
    const { driver, host } = rig('qemu', { hostPageBytes });
    driver.send(0, [driver.pfns(...range(512, 511), 512)]);
    expect(host.discards).toEqual([]);
  });

  it('are advised as a whole when deflating', () => {
    const { driver, host } = rig('qemu', { hostPageBytes });
    driver.send(1, [driver.pfns(515)]);
    expect(host.needs).toEqual([[512, 512]]);
  });

  it('are reported only aligned with QEMU', () => {
    const { driver, host } = rig('qemu', { hostPageBytes, freePageReporting: true });
    driver.send(3, [{ addr: 0x10_0000, lengthBytes: 0x20_0000 }], 0);
    expect(host.discards).toEqual([]);
    driver.send(3, [{ addr: 0x20_0000, lengthBytes: 0x20_0000 }], 0);
    expect(host.discards).toEqual([[512, 512]]);
  });
});

it('deflating: Firecracker only acknowledges, the others advise', () => {
  for (const profile of PROFILES) {
    const { driver, host, balloon } = rig(profile);
    driver.send(1, [driver.pfns(9, 8)]);
    expect(host.needs).toHaveLength(profile === 'firecracker' ? 0 : 2);
    expect(balloon.counters.deflateRequests).toBe(1);
  }
});

describe('hinting with Firecracker', () => {
  const block = { addr: 0x40_0000, lengthBytes: 0x40_0000 };

  it('takes ranges of the current run only', () => {
    const { driver, balloon, host } = rig('firecracker', { freePageHinting: true });
    driver.send(2, [block], 0);
    expect(host.discards).toEqual([]);
    expect(balloon.startHinting()).toBe(2);
    driver.send(2, [block], 0);
    expect(host.discards).toEqual([]);
    driver.send(2, [driver.pfns(2)]);
    driver.send(2, [block], 0);
    expect(host.discards).toEqual([[1024, 1024]]);
    expect(balloon.startHinting()).toBe(3);
    driver.send(2, [block], 0);
    expect(host.discards).toHaveLength(1);
  });

  it('takes a command inside a chain, whatever its direction', () => {
    const { driver, balloon, host } = rig('firecracker', { freePageHinting: true });
    balloon.startHinting();
    driver.send(2, [driver.pfns(2), block], 0);
    expect(host.discards).toEqual([[1024, 1024]]);
  });

  it('answers STOP with DONE if asked to, and refuses unaligned ranges', () => {
    const { driver, balloon, host, device } = rig('firecracker', { freePageHinting: true });
    balloon.startHinting(false);
    driver.send(2, [driver.pfns(2)]);
    driver.send(2, [{ addr: 0x40_0001, lengthBytes: 4096 }], 0);
    expect(device.counters.violations.get('hint-unaligned')).toBe(1);
    driver.send(2, [driver.pfns(0)]);
    expect(balloon.hinting.hostCmdId).toBe(2);
    balloon.startHinting(true);
    driver.send(2, [driver.pfns(3)]);
    driver.send(2, [driver.pfns(0)]);
    expect(balloon.hinting.hostCmdId).toBe(1);
    driver.send(2, [block], 0);
    expect(host.discards).toEqual([]);
  });
});

describe('hinting with QEMU', () => {
  it('counts ids from 0x80000000, notes ranges and demands 4-byte commands', () => {
    const { driver, balloon, host, device } = rig('qemu', { freePageHinting: true });
    expect(balloon.startHinting()).toBe(0x8000_0000);
    driver.send(3, [driver.pfns(0x8000_0000)]);
    driver.send(3, [{ addr: 0x40_0000, lengthBytes: 0x40_0000 }], 0);
    expect(host.notes).toEqual([[1024, 1024]]);
    driver.send(3, [driver.pfns(1, 2)]);
    expect(device.isActive).toBe(false);
  });

  it('is not there when it was not negotiated', () => {
    expect(rig('qemu').balloon.startHinting()).toBeUndefined();
  });
});

describe('reporting', () => {
  it.each([
    ['firecracker', 2, 0],
    ['cloud-hypervisor', 2, 0x60_0000],
    ['qemu', 3, 0],
  ] as const)('%s discards each range and writes its used length', (profile, queue, used) => {
    const { driver, host } = rig(profile, { freePageReporting: true });
    const blocks = [
      { addr: 0x20_0000, lengthBytes: 0x20_0000 },
      { addr: 0x40_0000, lengthBytes: 0x40_0000 },
    ];
    expect(driver.send(queue, blocks, 0)).toBe(used);
    expect(host.discards).toEqual([
      [512, 512],
      [1024, 1024],
    ]);
  });

  it('leaves readable buffers and odd ranges alone', () => {
    const { driver, host, device } = rig('firecracker', { freePageReporting: true });
    driver.send(2, [{ addr: 0x20_0000, lengthBytes: 4096 }], 1);
    driver.send(2, [{ addr: 0x20_0800, lengthBytes: 4096 }], 0);
    expect(host.discards).toEqual([]);
    expect(device.counters.violations.get('report-not-writable')).toBe(1);
    expect(device.counters.violations.get('report-unaligned')).toBe(1);
  });
});

it('a broken ring puts the device in NEEDS_RESET; Firecracker kills the VM for an index jump', () => {
  for (const profile of PROFILES) {
    const { device, driver } = rig(profile);
    const { availAddr } = driver.queues[0]?.layout ?? { availAddr: 0 };
    driver.memory.writeU16(availAddr + 2, 5000);
    device.notify(0);
    expect(device.status & 0x40).toBe(0x40);
    expect(driver.configInterrupts).toBe(1);
    expect(device.killReason).toBe(profile === 'firecracker' ? 'avail-index-jump' : undefined);
  }
});
