/** Machines that continue from a snapshot (docs/czone-virtio.md, section 8). */

import { describe, expect, it } from 'vitest';

import { NS_PER_S } from '../../../../src/abi/unit.ts';
import { CZoneDriverError } from '../../../../src/virtio/index.ts';
import { blockPfn, BLOCK_BYTES, CZonePair } from '../../../support/virtio-czone.ts';

const NACK = 2;

describe('a clone', () => {
  it('CZ-D30: has a new epoch, the old blocks and zones, and no request', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 2);
    pair.driver.plug(0, 1);
    pair.guest.unuse(blockPfn(0), 10);
    pair.czone.setPaused(true);
    expect(pair.czone.reclaim(1)).toBe(1);
    const clone = pair.clone();
    expect(clone.czone.epoch).toBe(pair.czone.epoch + 1);
    expect(clone.czone.outstanding(1)).toBeUndefined();
    expect(clone.czone.zones).toMatchObject([{ zone: 1, blocks: 2 }]);
    expect(clone.czone.pluggedBytes).toBe(3 * BLOCK_BYTES);
    expect(clone.device.configGeneration).toBe(pair.device.configGeneration + 1);
    expect(clone.czone.reclaim(1)).toBe(2);
    expect(clone.host.backedPages).toBe(1014);
    expect(pair.host.backedPages).toBe(1024);
  });

  it('CZ-D31: may have other pages behind it and other limits', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.guest.unuse(blockPfn(0) + 3, 29);
    const clone = pair.clone({
      profile: { granuleBytes: 16384, maxRanges: 32 },
      device: { zoneLimitBytes: 8 * BLOCK_BYTES },
    });
    expect([clone.driver.granuleFrames, clone.driver.maxRanges]).toEqual([4, 32]);
    clone.czone.reclaim(1);
    expect(clone.host.released).toEqual([[blockPfn(0) + 4, 28]]);
  });

  it('CZ-D32: refuses the reports that lay in the ring', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.guest.unuse(blockPfn(0), 10);
    pair.czone.setPaused(true);
    pair.czone.reclaim(1);
    const clone = pair.clone();
    expect(clone.czone.counters.answers[NACK]).toBe(1);
    expect(clone.host.released).toEqual([]);
    expect([clone.guest.isolated.size, clone.guest.free.size]).toEqual([0, 10]);
    // The machine that it was made from goes on undisturbed.
    pair.czone.setPaused(false);
    expect(pair.host.backedPages).toBe(502);
  });

  it('CZ-G18: reads the config again and forgets what it was asked', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 2);
    pair.guest.scatter(1, 4);
    pair.czone.setPaused(true);
    pair.czone.reclaim(1);
    const clone = pair.clone();
    expect(clone.driver.jobs).toEqual([]);
    expect(clone.driver.epoch).toBe(2);
    expect(clone.czone.counters.reports).toBe(1);
    clone.czone.reclaim(1);
    expect(clone.host.backedPages).toBe(768);
    const grandchild = clone.clone();
    expect(grandchild.driver.epoch).toBe(3);
    grandchild.fullZone(2, 1);
    expect(grandchild.host.backedPages).toBe(768 + 512);
  });

  it('CZ-G18: ignores an event that was written for another epoch', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.guest.unuse(blockPfn(0), 10);
    const write = pair.memory.write.bind(pair.memory);
    pair.memory.write = (addr, bytes): boolean => {
      if (bytes.length === 32 && bytes[0] === 1) bytes[24] = 9;
      return write(addr, bytes);
    };
    pair.czone.reclaim(1);
    expect(pair.czone.outstanding(1)).toBe(1);
    expect(pair.czone.counters.reports).toBe(0);
  });

  it('an idle zone waits its delay anew', () => {
    const pair = new CZonePair();
    pair.fullZone(1, 1);
    pair.guest.unuse(blockPfn(0), 10);
    pair.driver.setIdle(1, true);
    pair.clock.advance(0.9 * NS_PER_S);
    const clone = pair.clone();
    clone.clock.advance(0.9 * NS_PER_S);
    expect(clone.host.backedPages).toBe(512);
    clone.clock.advance(0.1 * NS_PER_S);
    expect(clone.host.backedPages).toBe(502);
  });

  it('works on with the rings of the snapshot', () => {
    const pair = new CZonePair();
    for (let zone = 1; zone <= 5; zone++) pair.fullZone(zone, 1);
    const clone = pair.clone();
    for (let zone = 1; zone <= 5; zone++) {
      clone.guest.unuse(blockPfn(zone - 1), zone);
      clone.czone.reclaim(zone);
    }
    expect(clone.host.backedPages).toBe(5 * 512 - 15);
    clone.czone.requestStats();
    expect(clone.czone.stats.size).toBe(6);
    clone.guest.end(3);
    clone.driver.destroyZone(3);
    expect(clone.czone.blockOwner(2)).toBe(-1);
    expect(pair.czone.blockOwner(2)).toBe(3);
  });
});

it('a driver with a request in the air is not saved', () => {
  const pair = new CZonePair();
  pair.device.needsReset('test');
  pair.driver.plug(0, 1);
  expect(() => pair.driver.save()).toThrow(CZoneDriverError);
});
