/** The driver on the device over real rings (docs/czone-virtio.md, CZ-G). */

import { describe, expect, it } from 'vitest';

import { NS_PER_S } from '../../../../src/abi/unit.ts';
import {
  connect,
  CZONE_PROFILES,
  CZoneDevice,
  CZoneDriver,
  VirtioDevice,
  type ReclaimResult,
} from '../../../../src/virtio/index.ts';
import * as config from '../../../../src/virtio/czone/config.ts';
import type { CZoneResponse } from '../../../../src/virtio/czone/request.ts';
import { BumpMemory, FlatGuestMemory } from '../../../support/virtio.ts';
import {
  BLOCK_BYTES,
  BLOCK_FRAMES,
  blockPfn,
  CZonePair,
  REGION_BLOCKS,
  START_PFN,
  TestCZoneGuest,
  TestCZoneHost,
} from '../../../support/virtio-czone.ts';

const ACK = 1;
const NACK = 2;

function owners(pair: CZonePair, count: number): number[] {
  return Array.from({ length: count }, (_, block) => pair.czone.blockOwner(block));
}

/** What the driver believes about owners is what the device knows. */
function expectSameBooks(pair: CZonePair): void {
  const believed = Array.from({ length: REGION_BLOCKS }, (_, block) => pair.driver.ownerOf(block));
  expect(believed).toEqual(owners(pair, REGION_BLOCKS));
}

describe('initialisation', () => {
  it('CZ-G1: gives up unsolicited reports when there is no reclaim', () => {
    const pair = new CZonePair({
      base: CZONE_PROFILES['guest-driven'],
      driver: { without: config.F_RECLAIM },
    });
    expect(pair.device.features & config.F_UNSOLICITED).toBe(0n);
    expect(pair.device.isActive).toBe(true);
    expect(pair.driver.report(0)).toBe(false);
    expect(pair.czone.reclaim(0)).toBeUndefined();
  });

  it('CZ-G2: takes no device whose config makes no sense', () => {
    const bad: [number, number, number][] = [
      [config.CONFIG_BLOCK_SIZE, 4, 3 << 20],
      [config.CONFIG_BLOCK_SIZE, 4, 0],
      [config.CONFIG_GRANULE, 4, 2048],
      [config.CONFIG_GRANULE, 4, 4 << 20],
      [config.CONFIG_GRANULE, 4, 12288],
      [config.CONFIG_ADDR, 4, 4096],
      [config.CONFIG_REGION_SIZE, 4, 4096],
      [config.CONFIG_MAX_RANGES, 2, 0],
    ];
    for (const [offset, size, value] of bad) {
      const memory = new FlatGuestMemory(1 << 20);
      const host = new TestCZoneHost();
      const czone = new CZoneDevice(CZONE_PROFILES.adaptive, host, {
        addr: START_PFN * 4096,
        regionBytes: REGION_BLOCKS * BLOCK_BYTES,
      });
      const honest = czone.config().slice();
      const view = new DataView(honest.buffer);
      if (size === 4) view.setUint32(offset, value, true);
      else view.setUint16(offset, value, true);
      czone.config = (): Uint8Array => honest;
      const device = new VirtioDevice(czone, memory);
      const { transport } = connect(device, new BumpMemory(memory, 0x1000));
      const driver = new CZoneDriver(transport, new TestCZoneGuest(host));
      expect(driver.probe(), `${offset} = ${value}`).toBe('bad-config');
      expect(device.status & 128).toBe(128);
    }
  });

  it('CZ-G3: an earlier driver left blocks behind; they are unplugged', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 3);
    const second = new CZoneDriver(
      connect(pair.device, new BumpMemory(pair.memory, 0x80000)).transport,
      new TestCZoneGuest(pair.host),
    );
    expect(second.probe()).toBeUndefined();
    expect(pair.czone.values()).toMatchObject({ pluggedBytes: 0, zones: 0 });
    expect(pair.host.backedPages).toBe(0);
  });
});

describe('zones and blocks', () => {
  it('creates, plugs, uses, destroys: everything comes back in one message', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 4);
    pair.fullZone(2, 2);
    expect(owners(pair, 7)).toEqual([1, 1, 1, 1, 2, 2, -1]);
    const requests = pair.driver.counters.requests;
    pair.guest.end(1);
    let answer: CZoneResponse | undefined;
    pair.driver.destroyZone(1, false, (response) => (answer = response));
    expect(answer).toEqual({ status: ACK, detail: 0, count: 4, value: 4 * BLOCK_BYTES });
    expect(pair.driver.counters.requests).toBe(requests + 1);
    expect(pair.host.backedPages).toBe(2 * BLOCK_FRAMES);
    expectSameBooks(pair);
  });

  it('CZ-G4: destroying waits for the answer to a report of the zone', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.fullZone(2, 1);
    pair.guest.unuse(blockPfn(0), 100);
    pair.czone.setPaused(true);
    pair.czone.reclaim(1);
    const done: string[] = [];
    pair.driver.destroyZone(1, false, () => done.push('one'));
    pair.driver.destroyZone(2, false, () => done.push('two'));
    expect(done).toEqual(['two']);
    expect(pair.guest.isolated.size).toBe(100);
    pair.czone.setPaused(false);
    expect(done).toEqual(['two', 'one']);
    expect(pair.guest.isolated.size).toBe(0);
    expect(pair.czone.pluggedBytes).toBe(0);
  });

  it('CZ-G5: memory is used from the ACK on and not after UNPLUG', () => {
    const pair = new CZonePair();
    const added: boolean[] = [];
    const { addBlocks } = pair.guest;
    pair.guest.addBlocks = (zone, pfn, frames): boolean => {
      added.push(pair.host.plugged[pfn - START_PFN] === 1);
      return addBlocks.call(pair.guest, zone, pfn, frames);
    };
    pair.driver.plug(0, 3);
    expect(added).toEqual([true]);
    pair.driver.unplug(0, 1, false);
    expect(pair.guest.blocksOf(0)).toEqual([blockPfn(0), blockPfn(1)]);
    pair.host.refusesUnplug = true;
    let answer: CZoneResponse | undefined;
    pair.driver.unplug(0, 2, false, (response) => (answer = response));
    expect(answer).toMatchObject({ status: ACK, count: 0 });
    expect(pair.guest.blocksOf(0)).toHaveLength(2);
    expectSameBooks(pair);
  });

  it('gives a block back that the guest cannot manage', () => {
    const pair = new CZonePair();
    pair.guest.refusesBlocks = true;
    let answer: CZoneResponse | undefined;
    pair.driver.plug(0, 2, (response) => (answer = response));
    expect(answer).toMatchObject({ status: 0, count: 0 });
    expect(pair.czone.pluggedBytes).toBe(0);
  });

  it('CZ-G6: unplugs free blocks of the pool when less is requested, and only those', () => {
    const pair = new CZonePair();
    pair.driver.plug(0, 4);
    pair.fullZone(1, 4);
    pair.guest.use(0, 1);
    pair.czone.setRequested(2 * BLOCK_BYTES);
    expect(owners(pair, 8)).toEqual([0, -1, -1, -1, 1, 1, 1, 1]);
    expectSameBooks(pair);
  });

  it('CZ-G7: keeps a zone in one piece and takes the smallest hole that fits', () => {
    const pair = new CZonePair();
    for (const [zone, blocks] of [
      [1, 4],
      [2, 2],
      [3, 2],
      [4, 3],
      [5, 1],
    ] as const) {
      pair.fullZone(zone, blocks);
    }
    pair.guest.end(1);
    pair.driver.destroyZone(1);
    pair.guest.end(4);
    pair.driver.destroyZone(4);
    // Holes: 0 to 3, 8 to 10, 12 to the end.
    pair.fullZone(6, 3);
    expect(pair.guest.blocksOf(6)[0]).toBe(blockPfn(8));
    pair.driver.plug(5, 2);
    expect(owners(pair, 15).slice(11)).toEqual([5, 5, 5, -1]);
    pair.fullZone(7, 2);
    expect(pair.guest.blocksOf(7)[0]).toBe(blockPfn(0));
  });

  it('CZ-G11: tells the device whose blocks they are before it reports them', () => {
    const pair = new CZonePair({ profile: { granuleBytes: 16384 } });
    pair.driver.plug(0, 3);
    pair.driver.createZone(1, 0);
    pair.guest.takeFromPool(1);
    pair.guest.use(1, 512);
    pair.guest.unuse(blockPfn(0) + 2, 5);
    pair.guest.unuse(blockPfn(0) + 9, 11);
    expect(owners(pair, 2)).toEqual([0, 0]);
    pair.czone.reclaim(1);
    expect(owners(pair, 2)).toEqual([1, 0]);
    expect(pair.host.released).toEqual([[blockPfn(0) + 12, 8]]);
    expect(pair.czone.counters.answers[4]).toBe(0);
    expectSameBooks(pair);
  });

  it('a block that went from zone to zone through the guest is reassigned', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 2);
    pair.driver.createZone(2, 0);
    pair.guest.zones.set(2, [blockPfn(1)]);
    pair.guest.zones.set(1, [blockPfn(0)]);
    pair.guest.unuse(blockPfn(1), 8);
    pair.czone.reclaim(2);
    expect(owners(pair, 2)).toEqual([1, 2]);
    expect(pair.host.released).toEqual([[blockPfn(1), 8]]);
  });
});

describe('reclaim', () => {
  it('gives back all free and backed memory of a zone, in reports of max_ranges', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 2);
    pair.guest.scatter(1, 4);
    const results: ReclaimResult[] = [];
    pair.czone.reclaim(1, 0, (result) => results.push(result));
    const bytes = 256 * 4096;
    expect(results).toMatchObject([{ end: 'done', reportedBytes: bytes, releasedBytes: bytes }]);
    // 256 ranges at 64 a report, and one more to say that there are no others.
    expect(pair.czone.counters).toMatchObject({ reports: 5, reportedRanges: 256 });
    expect(pair.host.backedPages).toBe(768);
    expect(pair.guest.isolated.size).toBe(0);
    expect(pair.guest.free.size).toBe(256);
  });

  it('idle, delay, reclaim; work in between leaves everything as it was', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.guest.unuse(blockPfn(0), 200);
    pair.driver.setIdle(1, true);
    pair.clock.advance(NS_PER_S / 2);
    pair.driver.setIdle(1, false);
    pair.clock.advance(NS_PER_S);
    expect(pair.host.backedPages).toBe(512);
    pair.driver.setIdle(1, true);
    pair.clock.advance(NS_PER_S);
    expect(pair.host.backedPages).toBe(312);
    expect(pair.czone.zones).toMatchObject([{ zone: 1, isIdle: true }]);
  });

  it('CZ-G8: work stops the reports; what is in flight comes back', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 2);
    pair.guest.scatter(1, 4);
    const ends: ReclaimResult[] = [];
    pair.czone.setPaused(true);
    pair.czone.reclaim(1, 0, (result) => ends.push(result));
    expect(pair.guest.isolated.size).toBe(64);
    // The guest alone knows: the device is not told, as without VIRTIO_CZONE_F_IDLE.
    pair.driver.jobs.forEach((job) => (job.isStopped = true));
    pair.czone.setPaused(false);
    expect(ends).toMatchObject([{ end: 'stopped', releasedBytes: 64 * 4096 }]);
    expect(pair.guest.isolated.size).toBe(0);
  });

  it('CZ-G9: reported frames are off the allocator until the answer, whatever it is', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.guest.unuse(blockPfn(0), 40);
    pair.czone.setPaused(true);
    pair.czone.reclaim(1);
    expect([pair.guest.free.size, pair.guest.isolated.size]).toEqual([0, 40]);
    expect(pair.guest.use(1, 10)).toBe(0);
    expect(pair.driver.rangesInFlight).toBe(1);
    pair.driver.setIdle(1, false);
    expect(pair.guest.isolated.size).toBe(40);
    pair.czone.setPaused(false);
    expect([pair.guest.free.size, pair.guest.isolated.size]).toEqual([40, 0]);
    // The device had cancelled: NACK, so nothing was released.
    expect(pair.czone.counters.answers[NACK]).toBe(1);
    expect(pair.host.backedPages).toBe(512);
    expect(pair.guest.putBacks).toEqual([{ zone: 1, ranges: 1, released: 0 }]);
  });

  it('CZ-G10: marks what the answer says, and never more than it reported', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.guest.scatter(1, 8);
    pair.host.releasesLeft = 5;
    pair.czone.reclaim(1);
    expect(pair.guest.putBacks[0]).toEqual({ zone: 1, ranges: 64, released: 5 });
    pair.host.releasesLeft = Infinity;
    const write = pair.memory.write.bind(pair.memory);
    pair.memory.write = (addr, bytes): boolean => {
      // A device that says it did 1000 ranges.
      if (bytes.length === 16 && bytes[0] === ACK) bytes.set([0xe8, 3], 4);
      return write(addr, bytes);
    };
    pair.guest.putBacks.length = 0;
    pair.czone.reclaim(1);
    expect(pair.guest.putBacks[0]).toEqual({ zone: 1, ranges: 59, released: 59 });
  });

  it('CZ-G12: reports only what is backed', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.driver.plug(1, 1);
    pair.guest.unuse(blockPfn(0) + 100, 50);
    pair.czone.reclaim(1);
    expect(pair.host.released).toEqual([[blockPfn(0) + 100, 50]]);
    pair.czone.reclaim(1);
    expect(pair.czone.counters).toMatchObject({ reportedPages: 50, releasedPages: 50 });
  });

  it('CZ-G13: every request is ended, also where there is nothing to give', () => {
    const pair = new CZonePair();
    const ends: string[] = [];
    const ask = (zone: number): void =>
      void pair.czone.reclaim(zone, 0, (result) => ends.push(result.end));
    ask(0);
    pair.driver.createZone(1, 0);
    ask(1);
    pair.driver.plug(1, 1);
    ask(1);
    expect(ends).toEqual(['done', 'done', 'done']);
    pair.guest.use(1, 512);
    pair.guest.unuse(blockPfn(0), 8);
    pair.host.releasesLeft = 0;
    ask(1);
    expect(ends).toEqual(['done', 'done', 'done', 'stopped']);
    expect(pair.driver.jobs).toEqual([]);
  });

  it('CZ-G14: stops at the target', () => {
    const pair = new CZonePair({ profile: { granuleBytes: 8192 } });
    pair.fullZone(1, 2);
    pair.guest.unuse(blockPfn(0), 1024);
    const results: ReclaimResult[] = [];
    pair.czone.reclaim(1, 101 * 4096, (result) => results.push(result));
    expect(results).toMatchObject([{ end: 'done', releasedBytes: 100 * 4096 }]);
    expect(pair.czone.counters.reports).toBe(1);
    pair.czone.reclaim(1, 4096, (result) => results.push(result));
    expect(results[1]).toMatchObject({ end: 'done', releasedBytes: 0 });
  });

  it('CZ-G15: a cancelled request collects no more and is not ended', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 2);
    pair.guest.scatter(1, 4);
    pair.czone.setPaused(true);
    pair.czone.reclaim(1);
    pair.czone.cancel(1);
    expect(pair.driver.jobs).toEqual([]);
    pair.czone.setPaused(false);
    expect(pair.guest.isolated.size).toBe(0);
    expect(pair.czone.counters).toMatchObject({ reports: 1, releasedPages: 0 });
    expect(pair.host.backedPages).toBe(1024);
  });

  it('CZ-G16: shrinking moves pages down inside the zone and unplugs whole blocks', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 4);
    pair.fullZone(2, 1);
    pair.guest.unuse(blockPfn(0), 300);
    pair.guest.unuse(blockPfn(3), 400);
    pair.guest.unuse(blockPfn(2), 330);
    const results: ReclaimResult[] = [];
    pair.czone.shrink(1, BLOCK_BYTES, (result) => results.push(result));
    expect(owners(pair, 5)).toEqual([1, 1, 1, -1, 2]);
    expect(results).toMatchObject([{ end: 'done' }]);
    pair.czone.shrink(1, 0);
    expect(owners(pair, 5)).toEqual([1, 1, -1, -1, 2]);
    expectSameBooks(pair);
  });

  it('CZ-G17: an answer that is too short or unknown counts as an error', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.guest.scatter(1, 4);
    const write = pair.memory.write.bind(pair.memory);
    pair.memory.write = (addr, bytes): boolean => {
      if (bytes.length === 16 && bytes[0] === ACK) bytes[0] = 99;
      return write(addr, bytes);
    };
    pair.czone.reclaim(1);
    expect(pair.guest.putBacks).toEqual([{ zone: 1, ranges: 64, released: 0 }]);
    expect(pair.driver.jobs).toEqual([]);
    let answer: CZoneResponse | undefined;
    pair.driver.plug(1, 1, (response) => (answer = response));
    expect(answer).toMatchObject({ status: 99, count: 0 });
    expect(pair.driver.ownerOf(1)).toBe(-1);
  });

  it('is not kept busy by a host that acknowledges and releases nothing', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.guest.unuse(blockPfn(0), 512);
    pair.host.release = (): number => 0;
    pair.czone.reclaim(1);
    expect(pair.czone.outstanding(1)).toBeUndefined();
    expect(pair.czone.counters.reports).toBe(1);
    pair.guest.scatter(1, 2);
    pair.czone.reclaim(1);
    expect(pair.czone.counters.reports).toBeLessThan(12);
  });

  it('reports of its own accord where that was negotiated', () => {
    const pair = new CZonePair({ base: CZONE_PROFILES['guest-driven'] });
    pair.fullZone(1, 1);
    pair.guest.scatter(1, 2);
    expect(pair.driver.report(1, 100 * 4096)).toBe(true);
    expect(pair.czone.counters).toMatchObject({ releasedPages: 100, reclaimRequests: 0 });
    expect(pair.driver.report(1)).toBe(true);
    expect(pair.host.backedPages).toBe(256);
    expect(pair.driver.jobs).toEqual([]);
  });

  it('many zones at once, one after the other', () => {
    const pair = new CZonePair();
    for (let zone = 1; zone <= 20; zone++) pair.fullZone(zone, 1);
    for (let zone = 1; zone <= 20; zone++) pair.guest.unuse(blockPfn(zone - 1), 5);
    pair.czone.setPaused(true);
    for (let zone = 1; zone <= 20; zone++) expect(pair.czone.reclaim(zone)).toBe(zone);
    pair.czone.setPaused(false);
    expect(pair.host.backedPages).toBe(20 * 507);
    expect(pair.czone.counters.reports).toBe(20);
  });

  it('statistics of the pool and all zones', () => {
    const pair = new CZonePair();
    pair.driver.plug(0, 1);
    for (let zone = 1; zone <= 20; zone++) pair.fullZone(zone, 1);
    pair.guest.unuse(blockPfn(3), 7);
    pair.driver.setIdle(3, true);
    pair.czone.requestStats();
    expect(pair.czone.counters.statsMessages).toBe(2);
    expect(pair.czone.stats.size).toBe(21);
    const zone = { pluggedBytes: BLOCK_BYTES, freeBytes: 7 * 4096, backedFreeBytes: 7 * 4096 };
    expect(pair.czone.stats.get(3)).toMatchObject({ isIdle: true, ...zone });
    expect(pair.czone.stats.get(0)).toMatchObject({ freeBytes: BLOCK_BYTES, backedFreeBytes: 0 });
  });
});

describe('without PLUG', () => {
  it('zones take blocks of the pool, and everything returns there', () => {
    const pair = new CZonePair({ base: CZONE_PROFILES.static });
    pair.guest.addBlocks(0, START_PFN, REGION_BLOCKS * BLOCK_FRAMES);
    pair.driver.createZone(1, 0);
    pair.guest.takeFromPool(1);
    pair.guest.takeFromPool(1);
    pair.guest.use(1, 700);
    pair.driver.destroyZone(1);
    expect(pair.host.backedPages).toBe(0);
    expect(owners(pair, 3)).toEqual([0, 0, 0]);
    expectSameBooks(pair);
  });
});
