/** The device alone: initialisation, idle zones, statistics, reset, restore (docs/czone-virtio.md, CZ-D). */

import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';

import { NS_PER_S } from '../../../../src/abi/unit.ts';
import {
  CZONE_PROFILES,
  CZoneDevice,
  type CZoneDeviceOptions,
  VirtioDevice,
} from '../../../../src/virtio/index.ts';
import { decodeResponse, encodeRequest } from '../../../../src/virtio/czone/request.ts';
import { encodeStats } from '../../../../src/virtio/czone/stats.ts';
import {
  CREATE,
  DESTROY,
  PLUG,
  ASSIGN,
  ZONE_STATE,
  BLOCK_STATE,
  ACK,
  NACK,
  ERROR,
  WHY,
  IDLE,
  STATUS_NEEDS_RESET,
  Rig,
} from '../../../support/czone-rig.ts';
import { FlatGuestMemory, RawDriver } from '../../../support/virtio.ts';
import {
  BLOCK_BYTES,
  blockPfn,
  CZonePair,
  REGION_BLOCKS,
  START_PFN,
  TestCZoneHost,
} from '../../../support/virtio-czone.ts';

function make(options: Partial<CZoneDeviceOptions>): () => Rig {
  return () => new Rig(options);
}

describe('initialisation', () => {
  it('CZ-D1: looks at messages only when the driver is ready, then at all', () => {
    const memory = new FlatGuestMemory(1 << 20);
    const czone = new CZoneDevice(CZONE_PROFILES.adaptive, new TestCZoneHost(), {
      addr: START_PFN * 4096,
      regionBytes: REGION_BLOCKS * BLOCK_BYTES,
    });
    const device = new VirtioDevice(czone, memory);
    expect(czone.reclaim(0)).toBeUndefined();
    device.notify(0);
    expect(czone.counters.guestRequests).toBe(0);
    const driver = new RawDriver(device, memory, 65535);
    expect(driver.queues).toHaveLength(4);
    expect(czone.reclaim(0)).toBe(1);
    // Buffers that were there before DRIVER_OK, as our driver's event buffers are, count as well.
    const pair = new CZonePair();
    pair.czone.reclaim(0);
    expect(pair.czone.counters.eventsSent).toBe(1);
  });

  it('CZ-D2: refuses unsolicited reports without reclaim, and queues that are missing', () => {
    const UNSOLICITED_ALONE = (1n << 32n) | (1n << 4n) | 2n;
    const rig = new Rig({}, 'guest-driven', UNSOLICITED_ALONE, 0);
    expect(rig.device.status & STATUS_NEEDS_RESET).toBe(STATUS_NEEDS_RESET);
    expect(rig.violations('czone-features')).toBe(1);
    const { device } = new Rig();
    device.reset();
    for (const status of [1, 3]) device.writeStatus(status);
    device.writeFeatures(1n << 32n);
    for (const status of [0xb, 0xf]) device.writeStatus(status);
    expect(device.counters.violations.get('czone-queue-missing')).toBe(1);
    expect(device.isActive).toBe(false);
  });

  it('CZ-D3: without PLUG the usable region is in the pool from the start', () => {
    const rig = new Rig({ usableBytes: 8 * BLOCK_BYTES }, 'static');
    expect(rig.czone.pluggedBytes).toBe(8 * BLOCK_BYTES);
    expect(rig.ask(BLOCK_STATE, { block: 0, blocks: 8 })).toEqual([ACK, 1, 8, 0]);
    expect(rig.ask(PLUG, { block: 0, blocks: 1 })).toEqual([ERROR, WHY.type, 0, 0]);
    rig.ask(CREATE, { zone: 1 });
    expect(rig.ask(ASSIGN, { zone: 1, block: 2, blocks: 3 })).toEqual([ACK, 0, 3, 0]);
    rig.host.touch(blockPfn(2), 100);
    expect(rig.ask(DESTROY, { zone: 1 })).toEqual([ACK, 0, 3, 100 * 4096]);
    expect(rig.czone.pluggedBytes).toBe(8 * BLOCK_BYTES);
    expect(rig.czone.blockOwner(2)).toBe(0);
  });

  it('CZ-D4: the config cannot be written', () => {
    const rig = new Rig();
    const before = rig.czone.config().slice();
    rig.device.writeConfig(24, new Uint8Array(8).fill(0xff));
    expect(rig.czone.config()).toEqual(before);
    expect(rig.violations('config-write-refused')).toBe(1);
  });

  it('an option that cannot be is refused with what was expected', () => {
    expect(make({ blockBytes: 3 << 20 })).toThrow(RefusedArgument);
    expect(make({ blockBytes: 3 << 20 })).toThrow('blockBytes: expected a power of two');
    expect(make({ granuleBytes: 4 << 20 })).toThrow('granuleBytes: expected');
    expect(make({ requestedBytes: 4096 })).toThrow('requestedBytes: expected a multiple');
    expect(make({ usableBytes: 2 ** 40 })).toThrow('usableBytes');
    expect(make({ regionBytes: 2 ** 45 })).toThrow('regionBytes');
    expect(make({ addr: 4096 })).toThrow('addr: expected a multiple');
  });
});

describe('idle zones', () => {
  it('CZ-D17: asks after the delay, not if work comes before, and cancels if it comes later', () => {
    const rig = new Rig();
    rig.zone(1, 0, 1);
    const idle = (isIdle: boolean): number | undefined =>
      rig.ask(ZONE_STATE, { zone: 1, flags: isIdle ? IDLE : 0 })[0];
    expect(idle(true)).toBe(ACK);
    rig.clock.advance(0.9 * NS_PER_S);
    expect(idle(false)).toBe(ACK);
    rig.clock.advance(5 * NS_PER_S);
    expect(rig.events()).toEqual([]);
    idle(true);
    rig.clock.advance(NS_PER_S);
    expect(rig.events()).toMatchObject([{ type: 1, zone: 1, requestId: 1, epoch: 1 }]);
    idle(false);
    expect(rig.events()).toMatchObject([{ type: 1 }, { type: 3, zone: 1, requestId: 1 }]);
    expect(rig.clock.pending).toBe(0);
  });

  it('the runtime on the host marks zones as well', () => {
    const rig = new Rig({ idle: { delayNs: 5, targetBytes: 4096 } });
    expect(rig.czone.setIdle(1, true)).toBe(false);
    rig.zone(1, 0, 1);
    expect(rig.czone.setIdle(1, true)).toBe(true);
    rig.clock.advance(5);
    expect(rig.events()).toMatchObject([{ type: 1, zone: 1, targetBytes: 4096 }]);
    expect(rig.czone.setIdle(1, false)).toBe(true);
    expect(rig.czone.outstanding(1)).toBeUndefined();
  });
});

describe('statistics and what cannot be answered', () => {
  const zone = {
    isIdle: false,
    pluggedBytes: 8192,
    freeBytes: 4096,
    backedFreeBytes: 4096,
    limitHits: 0,
    grownBlocks: 0,
    reusedPages: 0,
    migratedPages: 0,
  };

  it('CZ-D27: takes what it asked for, of zones that exist', () => {
    const rig = new Rig();
    rig.zone(1, 0, 1);
    expect(rig.czone.requestStats()).toBe(true);
    const [event] = rig.events();
    expect(event).toMatchObject({ type: 4 });
    const requestId = event?.requestId ?? 0;
    const send = (id: number, zones: number[]): number | undefined => {
      const records = zones.map((n) => ({ zone: n, ...zone }));
      const bytes = encodeStats({ requestId: id, flags: 0, zones: records });
      return rig.driver.send(3, [rig.driver.put(bytes)]);
    };
    expect(send(requestId + 1, [1])).toBe(0);
    expect(rig.czone.stats.size).toBe(0);
    expect(send(requestId, [0, 1, 2])).toBe(0);
    expect(Array.from(rig.czone.stats.keys())).toEqual([0, 1]);
    expect(rig.czone.stats.get(1)).toEqual({ zone: 1, ...zone });
    const lie = encodeStats({ requestId, flags: 0, zones: [{ zone: 1, ...zone }] }).slice(0, 79);
    expect(rig.driver.send(3, [rig.driver.put(lie)])).toBe(0);
    expect(rig.violations('czone-stats-length')).toBe(1);
    expect(rig.violations('czone-stats-zone')).toBe(1);
    expect(rig.violations('czone-stats-request')).toBe(1);
  });

  it('CZ-D28: no room for an answer, or for an event', () => {
    for (const queue of [0, 2]) {
      const rig = new Rig();
      const message = rig.driver.put(new Uint8Array(24));
      rig.driver.send(queue, [message, rig.driver.put(new Uint8Array(15))], 1);
      expect(rig.device.status & STATUS_NEEDS_RESET).toBe(STATUS_NEEDS_RESET);
      expect(rig.violations('czone-no-room')).toBe(1);
    }
    const rig = new Rig({}, 'adaptive', ~0n, 0);
    rig.postEvent(31);
    rig.czone.reclaim(0);
    expect(rig.violations('czone-event-buffer')).toBe(1);
    const short = new Rig();
    expect(short.answer(0, [short.driver.put(new Uint8Array(23).fill(1))])).toEqual([
      ERROR,
      2,
      0,
      0,
    ]);
    expect(short.answer(2, [short.driver.put(new Uint8Array(15))])).toEqual([ERROR, 2, 0, 0]);
    expect(short.answer(0, [])).toEqual([ERROR, WHY.length, 0, 0]);
    expect(short.device.isActive).toBe(true);
  });

  it('CZ-D29: a message in many pieces is the same message', () => {
    const rig = new Rig();
    const bytes = encodeRequest({ type: PLUG, flags: 0, zone: 0, block: 3, blocks: 2, value: 0 });
    const pieces = [0, 1, 3, 10, 11].map((at, i, all) =>
      rig.driver.put(bytes.slice(at, all[i + 1])),
    );
    const room = rig.driver.put(Array(16).fill(0xff));
    const rooms = [
      { addr: room.addr, lengthBytes: 3 },
      { addr: room.addr + 3, lengthBytes: 0 },
      { addr: room.addr + 3, lengthBytes: 13 },
    ];
    expect(rig.driver.send(0, [...pieces, ...rooms], 5)).toBe(16);
    const answer = decodeResponse(rig.driver.memory.read(room.addr, 16) as Uint8Array);
    expect(answer).toEqual({ status: ACK, detail: 0, count: 2, value: 0 });
  });
});

describe('reset', () => {
  it('CZ-D33: of the device: blocks stay with their contents, in the pool', () => {
    const rig = new Rig();
    rig.zone(1, 0, 2);
    const ends: string[] = [];
    rig.czone.reclaim(1, 0, (result) => ends.push(result.end));
    rig.czone.setIdle(1, true);
    rig.device.reset();
    expect(ends).toEqual(['void']);
    expect(rig.clock.pending).toBe(0);
    expect(rig.czone.values()).toMatchObject({ pluggedBytes: 2 * BLOCK_BYTES, zones: 0 });
    expect(rig.czone.blockOwner(0)).toBe(0);
    expect(rig.host.backedPages).toBe(1024);
  });

  it('CZ-D34: of the system: everything is unplugged', () => {
    const rig = new Rig();
    rig.zone(1, 0, 2);
    rig.ask(PLUG, { zone: 0, block: 9, blocks: 1 });
    expect(rig.czone.systemReset()).toBe(true);
    expect(rig.czone.pluggedBytes).toBe(0);
    expect(rig.host.backedPages).toBe(0);
  });
});

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
});
