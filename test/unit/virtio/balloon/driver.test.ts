import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { NS_PER_MS, NS_PER_S } from '../../../../src/abi/unit.ts';
import { Clock } from '../../../../src/time/index.ts';
import {
  BALLOON_PROFILES,
  BalloonDevice,
  BalloonDriver,
  connect,
  VirtioDevice,
  type BalloonDeviceOptions,
  type BalloonProfileName,
  type MmioTransport,
} from '../../../../src/virtio/index.ts';
import {
  BumpMemory,
  FlatGuestMemory,
  NO_STATS,
  range,
  TestBalloonGuest,
  TestHost,
} from '../../../support/virtio.ts';

const MEMORY_PAGES = 8192;

interface Rig {
  readonly memory: FlatGuestMemory;
  readonly clock: Clock;
  readonly host: TestHost;
  readonly guest: TestBalloonGuest;
  readonly balloon: BalloonDevice;
  readonly device: VirtioDevice;
  readonly driver: BalloonDriver;
  readonly mmio: MmioTransport;
}

function rig(
  profile: BalloonProfileName = 'qemu',
  pfns: number[] = range(1024, 4096),
  options: Partial<BalloonDeviceOptions> = {},
  prepare: (guest: TestBalloonGuest) => void = () => {},
): Rig {
  const memory = new FlatGuestMemory(MEMORY_PAGES * 4096);
  const clock = new Clock();
  const host = new TestHost(MEMORY_PAGES);
  const guest = new TestBalloonGuest(pfns);
  prepare(guest);
  const balloon = new BalloonDevice(BALLOON_PROFILES[profile], host, {
    memoryPages: MEMORY_PAGES,
    timers: clock,
    ...options,
  });
  const device = new VirtioDevice(balloon, memory, BALLOON_PROFILES[profile].policy);
  const { mmio, transport } = connect(device, new BumpMemory(memory, 4096));
  const driver = new BalloonDriver(transport, guest, clock);
  expect(driver.probe()).toBeUndefined();
  return { memory, clock, host, guest, balloon, device, driver, mmio };
}

describe('inflate', () => {
  it('writes a batch in reverse order of allocation', () => {
    const { balloon, host, guest } = rig('qemu', [0x345, 0x346, 0x111]);
    balloon.setTarget(2);
    expect(host.discards).toEqual([
      [0x346, 1],
      [0x345, 1],
    ]);
    expect(guest.entered).toEqual([0x346, 0x345]);
    expect(host.actuals).toEqual([[2, 0]]);
  });

  it('takes 64 messages and 64 config writes for 64 MiB when pages do not run out', () => {
    const { balloon, host, driver, device } = rig('qemu', range(0, 4096));
    const before = device.counters.notifications;
    balloon.setTarget(4096);
    expect(balloon.actualPages).toBe(4096);
    expect(driver.counters.messages).toBe(16);
    expect(device.counters.notifications - before).toBe(16);
    expect(host.actuals).toHaveLength(16);
    expect(device.counters.usedInterrupts).toBe(16);
  });

  it('works towards a target that was there before the driver', () => {
    const { balloon } = rig('qemu', range(0, 300), { targetPages: 300 });
    expect(balloon.actualPages).toBe(300);
  });

  it('goes on 200 ms after an allocation failed, with what it had got', () => {
    const { balloon, guest, clock } = rig('qemu', range(0, 100));
    balloon.setTarget(300);
    expect(balloon.actualPages).toBe(0);
    clock.advance(199 * NS_PER_MS);
    expect(balloon.actualPages).toBe(0);
    clock.advance(1 * NS_PER_MS);
    expect(balloon.actualPages).toBe(100);
    guest.free.push(...range(1000, 500));
    clock.advance(200 * NS_PER_MS);
    expect(balloon.actualPages).toBe(300);
    expect(clock.pending).toBe(0);
  });

  it('neither hangs nor spins while the guest has nothing', () => {
    const { balloon, clock, driver } = rig('qemu', []);
    balloon.setTarget(1000);
    clock.advance(10 * NS_PER_S);
    expect(driver.counters.allocFailures).toBe(51);
    expect(clock.pending).toBe(1);
    balloon.setTarget(0);
    clock.advance(NS_PER_S);
    expect(clock.pending).toBe(0);
  });

  it('lowers the managed pages unless the balloon deflates on OOM', () => {
    const plain = rig('qemu', range(0, 512));
    plain.balloon.setTarget(512);
    expect(plain.guest.managedPages).toBe(-512);
    plain.balloon.setTarget(0);
    expect(plain.guest.managedPages).toBe(0);
    const oom = rig('qemu', range(0, 512), { deflateOnOom: true });
    oom.balloon.setTarget(512);
    expect(oom.guest.managedPages).toBe(0);
  });
});

describe('deflate', () => {
  it('sends the newest batch first in order of allocation and releases it reversed', () => {
    const { balloon, host, guest } = rig('qemu', range(0, 512));
    balloon.setTarget(512);
    balloon.setTarget(0);
    expect(host.needs.map(([pfn]) => pfn)).toEqual([...range(256, 256), ...range(0, 256)]);
    expect(guest.released).toEqual([
      ...range(256, 256).toReversed(),
      ...range(0, 256).toReversed(),
    ]);
    expect(balloon.actualPages).toBe(0);
  });

  it('gives 256 pages to the OOM notifier and leaves the target alone', () => {
    const { balloon, driver } = rig('qemu', range(0, 600), { deflateOnOom: true });
    balloon.setTarget(600);
    expect(driver.oomNotify()).toBe(256);
    expect(balloon.actualPages).toBe(344);
    expect(balloon.targetPages).toBe(600);
    expect(driver.oomNotify() + driver.oomNotify()).toBe(344);
    expect(driver.oomNotify()).toBe(0);
    balloon.setTarget(600);
    expect(balloon.actualPages).toBe(600);
  });

  it('gives nothing to the OOM notifier without the feature', () => {
    const { balloon, driver } = rig('qemu');
    balloon.setTarget(600);
    expect(driver.oomNotify()).toBe(0);
  });
});

describe('a pace', () => {
  it('spreads the pages of a message over its time, and lets the OOM notifier have its own at once', () => {
    const { balloon, driver, guest, clock } = rig('qemu', range(0, 600), { deflateOnOom: true });
    balloon.setTarget(256);
    driver.pace = (pages) => (pages % 100 === 0 ? NS_PER_MS : 0);
    balloon.setTarget(512);
    expect(guest.free).toHaveLength(600 - 256 - 100);
    clock.advance(NS_PER_MS);
    expect(guest.free).toHaveLength(600 - 256 - 200);
    expect(driver.oomNotify()).toBe(256);
    expect([balloon.actualPages, guest.released.length]).toEqual([0, 256]);
    clock.advance(NS_PER_MS);
    expect(balloon.actualPages).toBe(256);
  });

  it('has what failed in the midst of a message wait as ever', () => {
    const { balloon, driver, clock } = rig('qemu', range(0, 150));
    driver.pace = (pages) => (pages % 100 === 0 ? NS_PER_MS : 0);
    balloon.setTarget(256);
    clock.advance(NS_PER_MS);
    expect([balloon.actualPages, driver.counters.allocFailures]).toEqual([0, 1]);
    clock.advance(200 * NS_PER_MS);
    expect(balloon.actualPages).toBe(150);
  });

  it('gives the pages of a message back in the same order as without', () => {
    const { balloon, driver, guest, clock } = rig('qemu', range(0, 256));
    balloon.setTarget(256);
    driver.pace = (pages) => (pages === 1 ? NS_PER_MS : 0);
    balloon.setTarget(0);
    expect([guest.released, driver.save()]).toEqual([[255], undefined]);
    clock.advance(NS_PER_MS);
    expect(guest.released).toEqual(range(0, 256).toReversed());
    expect([balloon.actualPages, clock.pending]).toEqual([0, 0]);
  });

  it('shows which messages are those of the work towards the target', () => {
    const { balloon, device, driver } = rig('qemu', range(0, 600), { deflateOnOom: true });
    const told: boolean[] = [];
    device.pace = (_, serve) => {
      told.push(driver.isTellingResize);
      serve();
    };
    balloon.setTarget(256);
    driver.oomNotify();
    expect(told).toEqual([true, false]);
  });
});

describe('migration', () => {
  it('inflates the new page and deflates the old one, head of the list', () => {
    const { balloon, driver, host, guest } = rig('qemu', range(0, 4));
    balloon.setTarget(4);
    expect(driver.isolatePage(2)).toBe(true);
    expect(driver.isolatePage(2)).toBe(false);
    expect(driver.migratePage(2, 77)).toBe('done');
    expect(host.discards.at(-1)).toEqual([77, 1]);
    expect(host.needs).toEqual([[2, 1]]);
    expect(guest.migrated).toEqual([[2, 77, true]]);
    expect(driver.pageCount).toBe(4);
    balloon.setTarget(0);
    expect(host.needs.slice(1).map(([pfn]) => pfn)).toEqual([77, 0, 1, 3]);
  });

  it('waits with deflating while every page is isolated', () => {
    const { balloon, driver } = rig('qemu', range(0, 1));
    balloon.setTarget(1);
    driver.isolatePage(0);
    balloon.setTarget(0);
    expect(driver.pageCount).toBe(1);
    driver.putBackPage(0);
    expect(driver.pageCount).toBe(0);
  });
});

describe('statistics', () => {
  it('reach the device before DRIVER_OK and again at each poll', () => {
    const { balloon, guest } = rig('qemu', [], {}, (g) => {
      g.current = { ...NO_STATS, freeBytes: 0x1000, oomKills: 3 };
    });
    expect(balloon.stats).toMatchObject({ freeBytes: 0x1000, oomKills: 3 });
    guest.current = { ...NO_STATS, freeBytes: 0x2000 };
    expect(balloon.pollStats()).toBe(true);
    expect(balloon.stats.freeBytes).toBe(0x2000);
    expect(balloon.pollStats()).toBe(true);
  });

  it('are polled by the clock', () => {
    const { balloon, clock } = rig('qemu', [], { statsIntervalNs: NS_PER_S });
    clock.advance(10 * NS_PER_S);
    expect(balloon.counters.statsRequests).toBe(11);
  });
});

describe('free page hinting', () => {
  it('sends id, blocks and STOP, and takes the blocks back on DONE', () => {
    const { balloon, guest, host } = rig('qemu', [], { freePageHinting: true }, (g) => {
      g.hintBlocks = [1024, 2048];
    });
    expect(balloon.startHinting()).toBe(0x8000_0000);
    expect(host.notes).toEqual([
      [1024, 1024],
      [2048, 1024],
    ]);
    expect(balloon.hinting.guestCmdId).toBe(0);
    expect(guest.hintBlocks).toEqual([]);
    balloon.finishHinting();
    expect(guest.hintBlocks).toEqual([2048, 1024]);
    expect(balloon.startHinting()).toBe(0x8000_0001);
  });

  it('discards with Firecracker, which says DONE when the driver stops', () => {
    const { balloon, guest, host } = rig('firecracker', [], { freePageHinting: true }, (g) => {
      g.hintBlocks = [1024];
    });
    expect(balloon.startHinting()).toBe(2);
    expect(host.discards).toEqual([[1024, 1024]]);
    expect(balloon.hinting.hostCmdId).toBe(1);
    expect(guest.hintBlocks).toEqual([1024]);
  });

  it('keeps blocks held without acknowledge-on-stop, until the shrinker wants them', () => {
    const { balloon, guest, driver } = rig('firecracker', [], { freePageHinting: true }, (g) => {
      g.hintBlocks = [1024, 3072];
    });
    balloon.startHinting(false);
    expect(guest.hintBlocks).toEqual([]);
    expect(driver.hinted?.shrink(1)).toBe(1024);
    expect(guest.hintBlocks).toEqual([3072]);
  });
});

const poison = (g: TestBalloonGuest): void => {
  g.poison = 'init-on-free';
};

describe('free page reporting', () => {
  it('sends one chain of writable buffers and waits for it', () => {
    const { balloon, driver, host } = rig('qemu', [], { freePageReporting: true });
    let isDone = false;
    expect(driver.reportBlocks([512, 2048], [9, 10], 2, () => (isDone = true))).toBe(true);
    expect(isDone).toBe(true);
    expect(host.discards).toEqual([
      [512, 512],
      [2048, 1024],
    ]);
    expect(balloon.counters.reportedPages).toBe(1536);
    expect(driver.reportBlocks([0], [9], 33, () => {})).toBe(false);
  });

  it('is given up when memory is poisoned and the device has no PAGE_POISON', () => {
    const options = { freePageReporting: true };
    expect(rig('firecracker', [], options).driver.canReport).toBe(true);
    expect(rig('firecracker', [], options, poison).driver.canReport).toBe(false);
    expect(rig('qemu', [], options, poison).driver.canReport).toBe(true);
  });

  it('writes the poison value, and QEMU then leaves reported pages alone', () => {
    const { balloon, driver, host } = rig('qemu', [], { freePageReporting: true }, (g) => {
      g.poison = 'page-poisoning';
    });
    expect(balloon.poisonVal).toBe(0xaaaa_aaaa);
    expect(driver.reportBlocks([512], [9], 1, () => {})).toBe(true);
    expect(host.discards).toEqual([]);
  });
});

describe('a copy', () => {
  it('goes on where the original was, each for itself', () => {
    const original = rig('qemu', range(0, 600), { freePageHinting: true });
    original.balloon.setTarget(300);
    const state = original.driver.save();
    expect(state).toBeDefined();
    const memory = new FlatGuestMemory(MEMORY_PAGES * 4096);
    memory.bytes.set(original.memory.bytes);
    const host = new TestHost(MEMORY_PAGES);
    const guest = new TestBalloonGuest(range(1000, 600));
    const balloon = new BalloonDevice(BALLOON_PROFILES.qemu, host, {
      memoryPages: MEMORY_PAGES,
      freePageHinting: true,
    });
    const device = new VirtioDevice(balloon, memory);
    const { transport } = connect(device, new BumpMemory(memory, 1 << 19));
    const driver = new BalloonDriver(transport, guest, new Clock());
    device.load(original.device.save());
    balloon.load(original.balloon.save());
    if (state !== undefined) driver.load(state);
    balloon.setTarget(400);
    expect(balloon.actualPages).toBe(400);
    expect(original.balloon.actualPages).toBe(300);
    balloon.setTarget(0);
    expect(guest.released).toHaveLength(400);
    expect(balloon.pollStats()).toBe(true);
    expect(balloon.pollStats()).toBe(true);
  });
});

// Against a recording of Linux's driver: given the pages in the order in which the kernel allocated
// them, every array must come out as QEMU's device saw it.

const LOG = new URL(
  '../../../../../shared/captures/linux-6.12-inflate-512/device.log.gz',
  import.meta.url,
);

/** Lines as we write them: target N, page N, actual NEW OLD. */
function readLog(): string[] {
  const text = gunzipSync(readFileSync(LOG)).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const target = /num_pages: (\d+)/.exec(line)?.[1];
      if (target !== undefined) return `target ${target}`;
      const gpa = /gpa: 0x([0-9a-f]+)/.exec(line)?.[1];
      if (gpa !== undefined) return `page ${parseInt(gpa, 16) / 4096}`;
      const actual = /actual: (\d+) oldactual: (\d+)/.exec(line);
      return `actual ${actual?.[1]} ${actual?.[2]}`;
    });
}

/** The order of allocation: each array of the inflation, back to front. */
function allocationOrder(log: readonly string[]): number[] {
  const order: number[] = [];
  let array: number[] = [];
  for (const line of log) {
    const [kind, value] = line.split(' ');
    if (kind === 'page') array.push(Number(value));
    if (kind !== 'actual') continue;
    if (order.length >= 28672) break;
    order.push(...array.toReversed());
    array = [];
  }
  return order;
}

it.skipIf(!existsSync(LOG))(
  'reproduces every page of every array that Linux wrote (skipped without ../shared)',
  () => {
    const log = readLog();
    const memory = new FlatGuestMemory(1 << 20);
    const ours: string[] = [];
    const host = new TestHost(1 << 17);
    host.discard = (pfn): number => ours.push(`page ${pfn}`);
    host.willNeed = (pfn): number => ours.push(`page ${pfn}`);
    host.actualChanged = (pages, old): number => ours.push(`actual ${pages} ${old}`);
    const guest = new TestBalloonGuest(allocationOrder(log));
    const balloon = new BalloonDevice(BALLOON_PROFILES.qemu, host, { memoryPages: 1 << 17 });
    const { transport } = connect(new VirtioDevice(balloon, memory), new BumpMemory(memory, 4096));
    const driver = new BalloonDriver(transport, guest, new Clock());
    expect(driver.probe()).toBeUndefined();
    for (const line of log.filter((entry) => entry.startsWith('target'))) {
      ours.push(line);
      balloon.setTarget(Number(line.split(' ')[1]));
    }
    expect(ours).toHaveLength(57_570);
    expect(ours.findIndex((line, i) => line !== log[i])).toBe(-1);
  },
);
