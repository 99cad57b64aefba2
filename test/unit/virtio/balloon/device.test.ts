/**
 * The balloon device, profile by profile: the behaviours of docs/linux-memory.md C, F.1, F.3, F.4.
 */

import { describe, expect, it } from 'vitest';

import { PAGES, rig } from '../../../support/balloon-rig.ts';

const PROFILES = ['firecracker', 'cloud-hypervisor', 'qemu'] as const;

describe('config space', () => {
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
