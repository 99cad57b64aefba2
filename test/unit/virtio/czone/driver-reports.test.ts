/** The driver's work on requests of the host (docs/czone-virtio.md, CZ-G8 to CZ-G17). */

import { describe, expect, it } from 'vitest';

import { NS_PER_S } from '../../../../src/abi/unit.ts';
import { CZONE_PROFILES, type ReclaimResult } from '../../../../src/virtio/index.ts';
import { type CZoneResponse } from '../../../../src/virtio/czone/request.ts';
import {
  BLOCK_BYTES,
  blockPfn,
  CZonePair,
  owners,
  expectSameBooks,
} from '../../../support/virtio-czone.ts';

const ACK = 1;
const NACK = 2;

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
});
