/** The inflate and deflate queues, profile by profile (docs/linux-memory.md C.4, C.5, F.1, F.3, F.4). */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { range } from '../../../support/virtio.ts';
import { PAGES, type Rig, rig } from '../../../support/balloon-rig.ts';

const PROFILES = ['firecracker', 'cloud-hypervisor', 'qemu'] as const;

describe('inflate', () => {
  it('an inflate message', () => {
    const { driver, host } = rig('qemu');
    const message = driver.put([0x46, 3, 0, 0, 0x45, 3, 0, 0]);
    expect(driver.send(0, [message])).toBe(0);
    expect(host.discards).toEqual([
      [0x346, 1],
      [0x345, 1],
    ]);
  });

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
});

it('deflating: Firecracker only acknowledges, the others advise', () => {
  for (const profile of PROFILES) {
    const { driver, host, balloon } = rig(profile);
    driver.send(1, [driver.pfns(9, 8)]);
    expect(host.needs).toHaveLength(profile === 'firecracker' ? 0 : 2);
    expect(balloon.counters.deflateRequests).toBe(1);
  }
});

/** A host that takes pages in runs: those that it was asked for. */
function runsOf({ host }: Rig): [number, number][] {
  const runs: [number, number][] = [];
  const discardPages = (pfn: number, count: number): number => {
    if (pfn + count > PAGES) return -1;
    runs.push([pfn, count]);
    return host.discard(pfn, count);
  };
  Object.assign(host, { discardPages });
  return runs;
}

describe('a host that takes pages in runs', () => {
  it('gets neighbours together that go up or down, as far as a message of Linux', () => {
    const made = rig('qemu');
    const runs = runsOf(made);
    made.driver.send(0, [made.driver.pfns(9, 8, 7, 20, 21, 3, 3, ...range(100, 300))]);
    expect(runs).toEqual([
      [7, 3],
      [20, 2],
      [100, 256],
      [356, 44],
    ]);
    const { inflatedPages, discardCalls, releasedPages } = made.balloon.counters;
    expect([inflatedPages, discardCalls, releasedPages]).toEqual([307, 307, 306]);
  });

  it('counts and takes what one does that takes each page by itself', () => {
    const pages = fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: PAGES + 3 }).map((pfn) => [pfn]),
        fc.record({ from: fc.nat(PAGES), count: fc.nat(40) }).map(({ from, count }) => {
          return range(from, count);
        }),
        fc.record({ from: fc.nat(PAGES), count: fc.nat(40) }).map(({ from, count }) => {
          return range(from, count).toReversed();
        }),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...PROFILES), pages, (profile, parts) => {
        const [one, other] = [rig(profile), rig(profile)];
        runsOf(one);
        for (const { driver } of [one, other]) driver.send(0, [driver.pfns(...parts.flat())]);
        expect(one.balloon.counters).toEqual(other.balloon.counters);
        expect(one.host.backed).toEqual(other.host.backed);
        expect(one.device.isActive).toBe(other.device.isActive);
      }),
    );
  });

  it('is not asked for runs where a frame number is no page of the host’s', () => {
    for (const options of [{ hostPageBytes: 8192 }, { blockPages: 512 as const }]) {
      const made = rig('qemu', options);
      const runs = runsOf(made);
      made.driver.send(0, [made.driver.pfns(8, 9)]);
      expect(runs).toEqual([]);
      expect(made.host.discards.length).toBeGreaterThan(0);
    }
  });
});
