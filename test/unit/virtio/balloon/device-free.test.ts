/** Free page hinting and reporting on the device's side (docs/linux-memory.md C.8 to C.10). */

import { describe, expect, it } from 'vitest';

import { rig } from '../../../support/balloon-rig.ts';

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

  it('takes whole host pages only with QEMU', () => {
    const hostPageBytes = 2 << 20;
    const { driver, host } = rig('qemu', { hostPageBytes, freePageReporting: true });
    driver.send(3, [{ addr: 0x10_0000, lengthBytes: 0x20_0000 }], 0);
    expect(host.discards).toEqual([]);
    driver.send(3, [{ addr: 0x20_0000, lengthBytes: 0x20_0000 }], 0);
    expect(host.discards).toEqual([[512, 512]]);
  });
});
