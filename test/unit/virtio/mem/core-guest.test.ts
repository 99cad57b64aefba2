/** The virtio-mem driver on the real core: blocks go to the zone that policy says, and come back whole. */

import { describe, expect, it } from 'vitest';

import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../../src/abi/gfp.ts';
import { OBJECT_ANON, ZONE_MOVABLE, ZONE_NORMAL } from '../../../../src/abi/layout.ts';
import { NONE } from '../../../../src/abi/unit.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { GuestMemory, MemoryBlocks, type OnlinePolicy } from '../../../../src/guest/index.ts';
import { Clock } from '../../../../src/time/index.ts';
import {
  CoreMemGuest,
  MEM_PROFILES,
  MemDevice,
  MemDriver,
  type MemDriverOptions,
} from '../../../../src/virtio/index.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { around } from '../../../support/virtio-model.ts';

const MIB = 2 ** 20;
const BLOCK = 128 * MIB;
const PAGES = BLOCK / 4096;
/** The region lies behind 256 MiB of memory that booted, on a boundary of 256 MiB. */
const START = 0x20000;
const ADDR = START * 4096;

interface Machine {
  readonly memory: GuestMemory;
  readonly blocks: MemoryBlocks;
  readonly guest: CoreMemGuest;
  readonly mem: MemDevice;
  readonly driver: MemDriver;
}

function machine(policy: OnlinePolicy, options: MemDriverOptions = {}, blocks = 3): Machine {
  const memory = new GuestMemory(bootGuest({ spanFrames: START + blocks * PAGES }), false);
  const kernelBlocks = new MemoryBlocks(memory, { policy });
  const guest = new CoreMemGuest(kernelBlocks);
  const host = { plug: () => true, unplug: (_: number, bytes: number) => bytes / 4096 };
  const place = { addr: ADDR, regionBytes: blocks * BLOCK };
  const mem = new MemDevice(MEM_PROFILES.qemu, host, place);
  const driver = new MemDriver(around(mem).transport, guest, new Clock(), options);
  guest.driver = driver;
  expect(driver.probe()).toBeUndefined();
  return { memory, blocks: kernelBlocks, guest, mem, driver };
}

function managed(m: Machine, zone: number): number {
  return m.memory.core.zone(zone).managed;
}

describe('plugged memory', () => {
  it('is the zone’s as far as it is plugged, sub-block by sub-block', () => {
    const m = machine('online_movable');
    m.mem.setRequested(130 * MIB);
    expect(managed(m, ZONE_MOVABLE) * 4096).toBe(130 * MIB);
    expect(m.guest.isMovable(ADDR + BLOCK)).toBe(true);
    m.mem.setRequested(200 * MIB);
    expect(managed(m, ZONE_MOVABLE) * 4096).toBe(200 * MIB);
    expectSound(m.memory.core);
    m.mem.setRequested(0);
    expect([managed(m, ZONE_MOVABLE), m.mem.pluggedBytes]).toEqual([0, 0]);
    expect([m.blocks.stateOf(START), m.blocks.memmapFrames]).toEqual(['absent', 0]);
    expectSound(m.memory.core);
  });

  it('goes to a kernel zone where policy says so', () => {
    const m = machine('online_kernel');
    const before = managed(m, 1) + managed(m, ZONE_NORMAL);
    m.mem.setRequested(BLOCK);
    // The memmap of a block is 2 MiB, taken from memory that was there.
    expect(managed(m, 1) + managed(m, ZONE_NORMAL) - before).toBe(PAGES);
    expect(m.guest.isMovable(ADDR)).toBe(false);
    expectSound(m.memory.core);
  });

  it('stays offline where policy says so, until someone onlines it by hand', () => {
    const m = machine('offline');
    m.mem.setRequested(64 * MIB);
    expect([m.blocks.stateOf(START), managed(m, ZONE_MOVABLE)]).toEqual(['offline', 0]);
    m.guest.onlineBlock(ADDR, ZONE_MOVABLE);
    expect(managed(m, ZONE_MOVABLE) * 4096).toBe(64 * MIB);
    expectSound(m.memory.core);
  });
});

/** An unmovable page in the middle of ZONE_NORMAL memory that was plugged. */
function blocked(): Machine & { readonly pfn: number } {
  const m = machine('online_kernel');
  m.mem.setRequested(BLOCK);
  const { pages } = m.memory.core;
  const taken: number[] = [];
  let pfn = 0;
  while (pfn < START) taken.push((pfn = pages.alloc(GFP_KERNEL, 9, 0)));
  for (const block of taken.slice(0, -1)) pages.free(block, 9, 0);
  return { ...m, pfn };
}

describe('a page that cannot move', () => {
  it('keeps its sub-block, and is named', () => {
    const m = blocked();
    m.mem.setRequested(0);
    const start = m.pfn - (m.pfn % 512);
    expect(m.driver.lastOutcome).toBe('busy');
    expect(m.mem.pluggedBytes).toBeGreaterThan(0);
    expect(m.guest.blockedRanges).toContainEqual({
      addr: start * 4096,
      lengthBytes: 2 * MIB,
      obstacle: expect.objectContaining({ pfn: m.pfn }),
    });
    expectSound(m.memory.core);
  });

  it('is forgotten when its range was emptied later', () => {
    const m = blocked();
    m.mem.setRequested(0);
    m.memory.core.pages.free(m.pfn, 9, 0);
    m.mem.setRequested(2 * MIB);
    m.mem.setRequested(0);
    expect([m.mem.pluggedBytes, m.guest.blockedRanges]).toEqual([0, []]);
  });
});

it('movable pages make way', () => {
  const m = machine('online_movable');
  m.mem.setRequested(BLOCK);
  const raw = rawOf(m.memory.core);
  const object = raw.objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
  raw.objectTouch(object, 0, 5000, 1, 0);
  expect(raw.objectFrame(object, 0)).toBeGreaterThanOrEqual(START);
  m.mem.setRequested(0);
  expect([m.mem.pluggedBytes, raw.objectFrame(object, 0) < START]).toEqual([0, true]);
  expectSound(m.memory.core);
});

describe('adding memory', () => {
  it('undoes what it had added when the memmap of a block finds no memory', () => {
    const m = machine('online_movable', { bigBlockBytes: 2 * BLOCK, forceBigBlocks: true }, 4);
    const add = m.blocks.add.bind(m.blocks);
    let calls = 0;
    m.blocks.add = (start) => ++calls !== 2 && add(start);
    m.mem.setRequested(2 * BLOCK);
    expect([m.driver.lastOutcome, m.mem.pluggedBytes]).toEqual(['no-memory', 0]);
    expect([m.blocks.stateOf(START), m.blocks.memmapFrames]).toEqual(['absent', 0]);
    expectSound(m.memory.core);
  });

  it('brings back what it had taken offline when a later block of the range stays', () => {
    const m = machine('online_movable', { bigBlockBytes: 2 * BLOCK, forceBigBlocks: true }, 4);
    m.mem.setRequested(2 * BLOCK);
    const second = START + PAGES;
    const offline = m.blocks.offline.bind(m.blocks);
    m.blocks.offline = (start) => (start === second ? 'busy' : offline(start));
    expect(m.guest.offlineAndRemove(ADDR, 2 * BLOCK)).toBe('busy');
    expect([m.blocks.stateOf(START), m.blocks.stateOf(second)]).toEqual(['online', 'online']);
    expect([managed(m, ZONE_MOVABLE), m.guest.isMovable(ADDR)]).toEqual([2 * PAGES, true]);
    expectSound(m.memory.core);
  });
});
