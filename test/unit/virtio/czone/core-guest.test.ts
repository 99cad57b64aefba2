/** The driver on the real core: what it reports is what the core's allocator has free and backed. */

import { expect, it } from 'vitest';

import {
  GFP_HIGHUSER_MOVABLE,
  OBJECT_ANON,
  expectAnswer,
  type Core,
} from '../../../../src/core/index.ts';
import { GuestMemory } from '../../../../src/guest/index.ts';
import { Clock } from '../../../../src/time/index.ts';
import {
  connect,
  CoreCZoneGuest,
  CZONE_PROFILES,
  CZoneDevice,
  CZoneDriver,
  indexOfZone,
  VirtioDevice,
  zoneOfIndex,
  type ReclaimResult,
} from '../../../../src/virtio/index.ts';
import { BumpMemory, FlatGuestMemory } from '../../../support/virtio.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { rawOf } from '../../../../src/core/raw.ts';

const START = 0x20000;
const BLOCKS = 32;
const BLOCK_FRAMES = 512;
const REGION = { start: START, frames: BLOCKS * BLOCK_FRAMES, blockFrames: BLOCK_FRAMES };

class Machine {
  readonly core: Core;
  readonly czone: CZoneDevice;
  readonly driver: CZoneDriver;
  readonly released: [number, number][] = [];

  constructor() {
    const end = START + REGION.frames;
    this.core = bootGuest({ spanFrames: end, config: { czones: 16 } });
    const raw = rawOf(this.core);
    expectAnswer(raw.czoneRegion(REGION.start, REGION.frames, BLOCK_FRAMES), 'czoneRegion');
    const discard = (pfn: number, frames: number): number => {
      this.released.push([pfn, frames]);
      return raw.releaseRange(pfn, frames);
    };
    const host = { plug: () => true, unplug: discard, release: discard };
    this.czone = new CZoneDevice(CZONE_PROFILES.adaptive, host, {
      addr: START * 4096,
      regionBytes: REGION.frames * 4096,
      timers: new Clock(),
    });
    const memory = new FlatGuestMemory(1 << 20);
    const { transport } = connect(
      new VirtioDevice(this.czone, memory),
      new BumpMemory(memory, 4096),
    );
    const guest = new CoreCZoneGuest(new GuestMemory(this.core, false), REGION);
    this.driver = new CZoneDriver(transport, guest);
    expect(this.driver.probe()).toBeUndefined();
  }

  /** A zone with so many blocks of the pool, and an object in it. */
  zone(blocks: number): { zone: number; index: number; object: number } {
    const raw = rawOf(this.core);
    const index = expectAnswer(raw.czoneCreate(1, REGION.frames, blocks), 'czoneCreate');
    const zone = zoneOfIndex(index);
    expect(indexOfZone(zone)).toBe(index);
    this.driver.createZone(zone, 0);
    const kind = OBJECT_ANON;
    const object = expectAnswer(
      raw.objectCreate(kind, index, GFP_HIGHUSER_MOVABLE, 0),
      'objectCreate',
    );
    return { zone, index, object };
  }

  touch(object: number, first: number, pages: number): number {
    return expectAnswer(rawOf(this.core).objectTouch(object, first, pages, 1, 0), 'objectTouch');
  }
}

it('gives back what a zone has freed, exactly, and the core is sound at every step', () => {
  const m = new Machine();
  m.driver.plug(0, 8);
  const { zone, object } = m.zone(2);
  m.touch(object, 0, 800);
  rawOf(m.core).objectTruncate(object, 100, 500, 0);
  const backed = m.core.backedFrames;
  const results: ReclaimResult[] = [];
  m.czone.reclaim(zone, 0, (result) => results.push(result));
  expectSound(m.core);
  const bytes = 500 * 4096;
  expect(results).toMatchObject([{ end: 'done', reportedBytes: bytes, releasedBytes: bytes }]);
  expect(m.core.backedFrames).toBe(backed - 500);
  m.czone.requestStats();
  expect(m.czone.stats.get(zone)).toMatchObject({ freeBytes: 724 * 4096, backedFreeBytes: 0 });
  // The next call pays: each page that comes back is a fault.
  m.touch(object, 100, 500);
  expect(m.core.backedFrames).toBe(backed);
  expectSound(m.core);
});

it('frames that the device has are not handed out', () => {
  const m = new Machine();
  m.driver.plug(0, 8);
  const { zone, object } = m.zone(2);
  m.touch(object, 0, 1024);
  rawOf(m.core).objectTruncate(object, 0, 1024, 0);
  m.czone.setPaused(true);
  m.czone.reclaim(zone);
  expect(m.driver.rangesInFlight).toBeGreaterThan(0);
  expectSound(m.core);
  m.touch(object, 0, 200);
  expectSound(m.core);
  expect(m.core.czones.blocksOf(indexOfZone(zone)).indexOf(START + BLOCK_FRAMES)).toBe(1);
  m.driver.setIdle(zone, false);
  m.czone.setPaused(false);
  expect(m.released).toEqual([]);
  expectSound(m.core);
});

it('a zone that ends gives everything back in one message, to the pool or to the host', () => {
  const m = new Machine();
  m.driver.plug(0, 8);
  const { zone, index, object } = m.zone(3);
  m.touch(object, 0, 1500);
  const before = m.core.backedFrames;
  const { requests } = m.driver.counters;
  let status = 0;
  m.driver.destroyZone(zone, true, (response) => (status = response.status));
  expect(status).toBe(1);
  expectAnswer(rawOf(m.core).czoneExit(index, 0), 'czoneExit');
  // One ASSIGN for the blocks that the zone had taken from the pool, one ZONE_DESTROY.
  expect(m.driver.counters.requests).toBe(requests + 2);
  expect(m.core.backedFrames).toBe(before - 1500);
  expectSound(m.core);
  m.driver.unplug(0, 8, false);
  expect(m.czone.pluggedBytes).toBe(0);
  expectSound(m.core);
});

it('shrinking compacts inside the zone and unplugs blocks', () => {
  const m = new Machine();
  m.driver.plug(0, 8);
  const { zone, object } = m.zone(4);
  m.touch(object, 0, 2048);
  for (let page = 0; page < 2048; page += 2) rawOf(m.core).objectTruncate(object, page, 1, 0);
  m.czone.shrink(zone);
  expectSound(m.core);
  expect(m.czone.zones).toMatchObject([{ zone, blocks: 2 }]);
  expect(m.czone.pluggedBytes).toBe(6 * BLOCK_FRAMES * 4096);
  expect(rawOf(m.core).objectPages(object)).toBe(1024);
});

it('the pool gives back what its blocks still have', () => {
  const m = new Machine();
  m.driver.plug(0, 8);
  const { index, object } = m.zone(2);
  m.touch(object, 0, 1000);
  expectAnswer(rawOf(m.core).czoneExit(index, 0), 'czoneExit');
  const before = m.core.backedFrames;
  m.czone.reclaim(0);
  expect(m.core.backedFrames).toBe(before - 1000);
  expect(m.czone.counters.reportedRanges).toBe(1);
  expectSound(m.core);
});

it.each([5n, Symbol('x'), undefined, -1])('a zone has a number: %s is none', (zone) => {
  expect(() => indexOfZone(zone as never)).toThrow('zone: expected');
});
