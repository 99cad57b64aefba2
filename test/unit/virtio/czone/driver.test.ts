/** The driver on the device over real rings (docs/czone-virtio.md, CZ-G). */

import { RefusedArgument } from '../../../../src/check/index.ts';
import { describe, expect, it } from 'vitest';

import { NS_PER_S } from '../../../../src/abi/unit.ts';
import {
  connect,
  CZONE_PROFILES,
  CZoneDevice,
  CZoneDriver,
  VirtioDevice,
} from '../../../../src/virtio/index.ts';
import * as config from '../../../../src/virtio/czone/config.ts';
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
  owners,
  expectSameBooks,
} from '../../../support/virtio-czone.ts';

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

describe('statistics', () => {
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

describe('a clone', () => {
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
  expect(() => pair.driver.save()).toThrow(RefusedArgument);
});
