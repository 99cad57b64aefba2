/** The driver on the real core: its list and the core's are one, whatever moves meanwhile. */

import { describe, expect, it } from 'vitest';

import { ZONE_MOVABLE } from '../../../../src/abi/layout.ts';
import { MEMORY_BLOCK_FRAMES } from '../../../../src/abi/unit.ts';
import { freeFrames, GuestMemory, MemoryBlocks } from '../../../../src/guest/index.ts';
import { Clock } from '../../../../src/time/index.ts';
import {
  BALLOON_PROFILES,
  BalloonDevice,
  BalloonDriver,
  CoreBalloonGuest,
  type CoreBalloonOptions,
  type DeviceModel,
} from '../../../../src/virtio/index.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { TestHost } from '../../../support/virtio.ts';
import { around, HoldingModel, V1 } from '../../../support/virtio-model.ts';

/** A memory block that is plugged into ZONE_MOVABLE, where the balloon takes its pages first. */
const PLUG = 0x18000;

interface Machine {
  readonly memory: GuestMemory;
  readonly guest: CoreBalloonGuest;
  readonly driver: BalloonDriver;
  readonly blocks: MemoryBlocks;
}

function machine(model: DeviceModel, options: CoreBalloonOptions = {}): Machine {
  const memory = new GuestMemory(bootGuest({ spanFrames: PLUG + MEMORY_BLOCK_FRAMES }), false);
  const guest = new CoreBalloonGuest(memory, options);
  const { transport } = around(model, undefined, 1 << 20);
  const blockPages = options.isHuge === true ? 512 : 1;
  const driver = new BalloonDriver(transport, guest, new Clock(), { blockPages });
  guest.driver = driver;
  expect(driver.probe()).toBeUndefined();
  const blocks = new MemoryBlocks(memory, { policy: 'online_movable' });
  expect(blocks.add(PLUG)).toBe(true);
  blocks.online(PLUG, ZONE_MOVABLE);
  return { memory, guest, driver, blocks };
}

function qemu(options: CoreBalloonOptions = {}): Machine & {
  readonly host: TestHost;
  readonly balloon: BalloonDevice;
} {
  const host = new TestHost(PLUG + MEMORY_BLOCK_FRAMES);
  const balloon = new BalloonDevice(BALLOON_PROFILES.qemu, host, {
    memoryPages: 0x10000,
    blockPages: options.isHuge === true ? 512 : 1,
  });
  return { ...machine(balloon, options), host, balloon };
}

describe('pages', () => {
  it('leave the guest’s free memory for the balloon, and come back', () => {
    const { memory, guest, balloon, host } = qemu();
    const free = freeFrames(memory.core);
    balloon.setTarget(1000);
    expect([guest.heldFrames, balloon.actualPages]).toEqual([1000, 1000]);
    expect(free - freeFrames(memory.core)).toBeGreaterThanOrEqual(1000);
    // ZONE_MOVABLE first, as HIGHUSER_MOVABLE says.
    expect(host.discards.every(([pfn]) => pfn >= PLUG)).toBe(true);
    expectSound(memory.core);
    balloon.setTarget(0);
    expect([guest.heldFrames, host.needs.length]).toEqual([0, 1000]);
    expectSound(memory.core);
  });

  it('are of 2 MiB where the balloon is one of huge pages', () => {
    const { memory, guest, balloon, host } = qemu({ isHuge: true });
    balloon.setTarget(4 * 512);
    expect(guest.heldFrames).toBe(4 * 512);
    expect(host.discards.map(([pfn, pages]) => [pfn % 512, pages])).toEqual(
      Array.from({ length: 4 }, () => [0, 512]),
    );
    expectSound(memory.core);
  });

  it('that are not in the balloon cannot leave it', () => {
    const { guest, balloon } = qemu();
    balloon.setTarget(3);
    expect(() => guest.leaveBalloon(new Uint32Array(5), 5)).toThrow(
      'expected a whole number of 0 to 3, found 5',
    );
  });
});

it('hinted blocks are free blocks of 4 MiB, of kernel zones, and go back whole', () => {
  const { memory, guest } = qemu();
  const free = freeFrames(memory.core);
  const blocks: number[] = [];
  for (let pfn = guest.allocHintBlock(); pfn !== undefined; pfn = guest.allocHintBlock()) {
    blocks.push(pfn);
  }
  expect(blocks.length).toBeGreaterThan(10);
  expect(blocks.every((pfn) => pfn % 1024 === 0 && pfn < PLUG)).toBe(true);
  expect(free - freeFrames(memory.core)).toBe(1024 * blocks.length);
  for (const pfn of blocks) guest.releaseHintBlock(pfn);
  expect(freeFrames(memory.core)).toBe(free);
  expectSound(memory.core);
});

it('statistics are the core’s, and nought for what this kernel has not', () => {
  const { memory, guest, balloon } = qemu();
  const before = guest.stats();
  expect(before.freeBytes).toBe(freeFrames(memory.core) * 4096);
  expect([before.swapInBytes, before.hugetlbFails, before.oomKills]).toEqual([0, 0, 0]);
  balloon.setTarget(1024);
  expect(before.totalBytes - guest.stats().totalBytes).toBe(1024 * 4096);
});

describe('pages that the kernel moves', () => {
  it('are told to the device: the new place in, the old one out', () => {
    const { memory, guest, driver, balloon, blocks, host } = qemu();
    balloon.setTarget(300);
    const held = host.discards.map(([pfn]) => pfn);
    host.discards.length = 0;
    expect(blocks.offline(PLUG)).toBe('ok');
    expect(new Set(host.needs.map(([pfn]) => pfn))).toEqual(new Set(held));
    expect(host.discards).toHaveLength(300);
    expect(host.discards.every(([pfn]) => pfn < PLUG)).toBe(true);
    expect([driver.pageCount, guest.heldFrames]).toEqual([300, 300]);
    expectSound(memory.core);
    balloon.setTarget(0);
    expect(guest.heldFrames).toBe(0);
    expectSound(memory.core);
  });

  it('while a message is with the device are told when it has answered', () => {
    const model = new HoldingModel(5, V1, [128, 128], 8);
    const { memory, guest, driver, blocks } = machine(model);
    model.setConfig32(0, 100);
    expect(model.held).toHaveLength(1);
    expect(blocks.offline(PLUG)).toBe('ok');
    expect(model.held).toHaveLength(1);
    // The answer to the fill, then an inflate and a deflate for each page.
    model.answersAtOnce = true;
    model.answer(0);
    expect(driver.counters.migratedPages).toBe(100);
    expect(driver.counters.messages).toBe(1 + 2 * 100);
    expect(guest.heldFrames).toBe(100);
    model.setConfig32(0, 0);
    expect([driver.pageCount, guest.heldFrames]).toEqual([0, 0]);
    expectSound(memory.core);
  });
});
