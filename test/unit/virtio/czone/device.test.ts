/** The device alone: a driver by hand asks right and wrong things (docs/czone-virtio.md, CZ-D). */

import { describe, expect, it } from 'vitest';

import {
  CZONE_PROFILES,
  CzoneDevice,
  CzoneOptionError,
  NS_PER_S,
  VirtioDevice,
  type CzoneDeviceOptions,
  type CzoneProfileName,
} from '../../../../src/virtio/index.ts';
import { decodeEvent, type CzoneEvent } from '../../../../src/virtio/czone/event.ts';
import { encodeReport, type CzoneRange } from '../../../../src/virtio/czone/report.ts';
import { decodeResponse, encodeRequest } from '../../../../src/virtio/czone/request.ts';
import { encodeStats } from '../../../../src/virtio/czone/stats.ts';
import { FlatGuestMemory, RawDriver, TestClock } from '../../../support/virtio.ts';
import {
  BLOCK_BYTES,
  blockPfn,
  CzonePair,
  REGION_BLOCKS,
  START_PFN,
  TestCzoneHost,
} from '../../../support/virtio-czone.ts';

const [CREATE, DESTROY, PLUG, UNPLUG, ASSIGN, ZONE_STATE, BLOCK_STATE, UNPLUG_ALL] = [
  1, 2, 3, 4, 5, 6, 7, 8,
] as const;
const [ACK, NACK, BUSY, ERROR] = [1, 2, 3, 4] as const;
const WHY = {
  type: 1,
  length: 2,
  flags: 3,
  zone: 4,
  exists: 5,
  count: 6,
  range: 7,
  order: 8,
  owner: 9,
  state: 10,
  request: 11,
  requestedSize: 12,
  zoneLimit: 13,
} as const;
const TO_POOL = 1;
const IDLE = 2;
const LAST = 1;
const STATUS_NEEDS_RESET = 64;

class Rig {
  readonly host = new TestCzoneHost();
  readonly clock = new TestClock();
  readonly czone: CzoneDevice;
  readonly device: VirtioDevice;
  readonly driver: RawDriver;
  #eventAddrs: number[] = [];

  constructor(
    options: Partial<CzoneDeviceOptions> = {},
    profile: CzoneProfileName = 'adaptive',
    wanted = ~0n,
    eventBuffers = 4,
  ) {
    this.czone = new CzoneDevice(CZONE_PROFILES[profile], this.host, {
      addr: START_PFN * 4096,
      regionBytes: REGION_BLOCKS * BLOCK_BYTES,
      timers: this.clock,
      ...options,
    });
    const memory = new FlatGuestMemory(1 << 20);
    this.device = new VirtioDevice(this.czone, memory);
    this.driver = new RawDriver(this.device, memory, 65535, wanted);
    for (let i = 0; i < eventBuffers; i++) this.postEvent();
  }

  postEvent(lengthBytes = 32): void {
    const buffer = this.driver.put(new Uint8Array(lengthBytes));
    this.#eventAddrs.push(buffer.addr);
    this.driver.send(1, [buffer], 0);
  }

  /** Events so far, in the order of their buffers. */
  events(): CzoneEvent[] {
    return this.#eventAddrs
      .map((addr) => decodeEvent(this.driver.memory.read(addr, 32) as Uint8Array))
      .filter((event) => event.type !== 0);
  }

  /** Status, detail, count, value. */
  ask(
    type: number,
    fields: {
      zone?: number;
      block?: number;
      blocks?: number;
      flags?: number;
      value?: number;
    } = {},
  ): number[] {
    const full = { flags: 0, zone: 0, block: 0, blocks: 0, value: 0, ...fields };
    return this.answer(0, [this.driver.put(encodeRequest({ type, ...full }))]);
  }

  report(
    requestId: number,
    zone: number,
    ranges: readonly (readonly [number, number])[],
    flags = 0,
  ): number[] {
    const made: CzoneRange[] = ranges.map(([first, count]) => ({ first, count }));
    const bytes = encodeReport({ requestId, zone, flags, ranges: made });
    return this.answer(2, [this.driver.put(bytes)]);
  }

  answer(queue: number, readable: { addr: number; lengthBytes: number }[]): number[] {
    const room = this.driver.put(Array(16).fill(0xff));
    const written = this.driver.send(queue, [...readable, room], readable.length);
    if (written !== 16) return [];
    const { memory } = this.driver;
    const { status, detail, count, value } = decodeResponse(
      memory.read(room.addr, 16) as Uint8Array,
    );
    return [status, detail, count, value];
  }

  /** A zone with blocks from `block` on, backed throughout. */
  zone(zone: number, block: number, blocks: number): void {
    expect(this.ask(CREATE, { zone })[0]).toBe(ACK);
    expect(this.ask(PLUG, { zone, block, blocks })[0]).toBe(ACK);
    this.host.touch(blockPfn(block), blocks * 512);
  }

  violations(what: string): number {
    return this.device.counters.violations.get(what) ?? 0;
  }
}

function make(options: Partial<CzoneDeviceOptions>): () => Rig {
  return () => new Rig(options);
}

describe('initialisation', () => {
  it('CZ-D1: looks at messages only when the driver is ready, then at all', () => {
    const memory = new FlatGuestMemory(1 << 20);
    const czone = new CzoneDevice(CZONE_PROFILES.adaptive, new TestCzoneHost(), {
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
    const pair = new CzonePair();
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
    expect(make({ blockBytes: 3 << 20 })).toThrow(CzoneOptionError);
    expect(make({ blockBytes: 3 << 20 })).toThrow('blockBytes 3145728: expected a power of two');
    expect(make({ granuleBytes: 4 << 20 })).toThrow('granuleBytes 4194304');
    expect(make({ requestedBytes: 4096 })).toThrow('requestedBytes 4096: expected a multiple');
    expect(make({ usableBytes: 2 ** 40 })).toThrow('usableBytes');
    expect(make({ regionBytes: 2 ** 45 })).toThrow('regionBytes');
    expect(make({ addr: 4096 })).toThrow('addr 4096');
  });
});

describe('zones', () => {
  it('CZ-D5: zone numbers are checked', () => {
    const rig = new Rig();
    for (const zone of [0, 4097, 0xffff_ffff]) {
      expect(rig.ask(CREATE, { zone })).toEqual([ERROR, WHY.zone, 0, 0]);
    }
    expect(rig.ask(CREATE, { zone: 4096 })[0]).toBe(ACK);
    expect(rig.ask(CREATE, { zone: 4096 })).toEqual([ERROR, WHY.exists, 0, 0]);
    for (const type of [DESTROY, ZONE_STATE]) {
      expect(rig.ask(type, { zone: 5 })).toEqual([ERROR, WHY.zone, 0, 0]);
    }
    expect(rig.ask(PLUG, { zone: 5, blocks: 1 })).toEqual([ERROR, WHY.zone, 0, 0]);
    expect(rig.ask(ASSIGN, { zone: 5, blocks: 1 })).toEqual([ERROR, WHY.zone, 0, 0]);
    expect(rig.ask(DESTROY, { zone: 0 })).toEqual([ERROR, WHY.zone, 0, 0]);
    expect(rig.violations('czone-request-zone')).toBe(8);
    expect(rig.czone.zones.map((zone) => zone.zone)).toEqual([4096]);
  });

  it('CZ-D6: destroying a zone takes back everything, in one message', () => {
    const rig = new Rig();
    rig.zone(1, 0, 3);
    rig.zone(2, 3, 1);
    expect(rig.ask(PLUG, { zone: 1, block: 8, blocks: 2 })[0]).toBe(ACK);
    expect(rig.czone.reclaim(1)).toBe(1);
    expect(rig.ask(DESTROY, { zone: 1 })).toEqual([ACK, 0, 5, 3 * BLOCK_BYTES]);
    expect(rig.host.unplugged).toEqual([
      [blockPfn(0), 1536],
      [blockPfn(8), 1024],
    ]);
    expect(rig.czone.outstanding(1)).toBeUndefined();
    expect(rig.czone.zones.map((zone) => zone.zone)).toEqual([2]);
    expect(rig.host.backedPages).toBe(512);
    expect(rig.report(1, 1, [], LAST)).toEqual([NACK, WHY.request, 0, 0]);
  });

  it('CZ-D6: to the pool, the blocks stay and their memory goes', () => {
    const rig = new Rig();
    rig.zone(1, 0, 2);
    expect(rig.ask(DESTROY, { zone: 1, flags: TO_POOL })).toEqual([ACK, 0, 2, 2 * BLOCK_BYTES]);
    expect(rig.ask(BLOCK_STATE, { block: 0, blocks: 2 })).toEqual([ACK, 1, 2, 0]);
    expect(rig.host.backedPages).toBe(0);
  });

  it('CZ-D7: a refusal in the middle leaves the zone with the rest', () => {
    const rig = new Rig();
    rig.zone(1, 0, 2);
    rig.ask(PLUG, { zone: 1, block: 8, blocks: 1 });
    rig.host.releasesLeft = 1;
    const answer = rig.ask(DESTROY, { zone: 1, flags: TO_POOL });
    expect(answer).toEqual([BUSY, 0, 2, 2 * BLOCK_BYTES]);
    expect(rig.czone.zones).toMatchObject([{ zone: 1, blocks: 1 }]);
    rig.host.releasesLeft = Infinity;
    expect(rig.ask(DESTROY, { zone: 1, flags: TO_POOL })).toEqual([ACK, 0, 1, 0]);
    rig.host.refusesUnplug = true;
    expect(rig.ask(UNPLUG_ALL)).toEqual([BUSY, 0, 0, 0]);
  });
});

describe('blocks', () => {
  it('CZ-D8: a block is in one place, whatever was asked', () => {
    const rig = new Rig();
    rig.zone(1, 0, 2);
    rig.ask(PLUG, { zone: 0, block: 2, blocks: 2 });
    rig.ask(ASSIGN, { zone: 1, block: 2, blocks: 1 });
    rig.ask(ASSIGN, { zone: 1, block: 0, blocks: 1, flags: TO_POOL });
    rig.ask(UNPLUG, { zone: 1, block: 1, blocks: 1 });
    expect([0, 1, 2, 3, 4].map((block) => rig.czone.blockOwner(block))).toEqual([0, -1, 1, 0, -1]);
    expect(rig.czone.zones).toMatchObject([{ zone: 1, blocks: 1 }]);
    expect(rig.czone.pluggedBytes).toBe(3 * BLOCK_BYTES);
  });

  it('CZ-D9: no blocks, and blocks outside the usable region', () => {
    const rig = new Rig({ usableBytes: 16 * BLOCK_BYTES });
    rig.ask(CREATE, { zone: 1 });
    for (const type of [PLUG, UNPLUG, ASSIGN, BLOCK_STATE]) {
      expect(rig.ask(type, { zone: 1, block: 0, blocks: 0 })).toEqual([ERROR, WHY.count, 0, 0]);
      for (const [block, blocks] of [
        [16, 1],
        [15, 2],
        [0, 0xffff_ffff],
        [0xffff_ffff, 0xffff_ffff],
      ] as const) {
        expect(rig.ask(type, { zone: 1, block, blocks })).toEqual([ERROR, WHY.range, 0, 0]);
      }
    }
    expect(rig.czone.setUsable(32 * BLOCK_BYTES)).toBe('ok');
    expect(rig.ask(PLUG, { zone: 1, block: 16, blocks: 1 })).toEqual([ACK, 0, 1, 0]);
  });

  it('CZ-D10: double plug, double unplug, and blocks of others', () => {
    const rig = new Rig();
    rig.zone(1, 0, 2);
    rig.zone(2, 4, 2);
    const askBlocks = (type: number, zone: number, block: number, flags = 0): number[] =>
      rig.ask(type, { zone, block, blocks: 2, flags });
    expect(askBlocks(PLUG, 1, 0)).toEqual([ERROR, WHY.state, 0, 0]);
    expect(askBlocks(PLUG, 2, 1)).toEqual([ERROR, WHY.state, 0, 0]);
    expect(askBlocks(UNPLUG, 1, 8)).toEqual([ERROR, WHY.state, 0, 0]);
    expect(askBlocks(UNPLUG, 1, 1)).toEqual([ERROR, WHY.state, 0, 0]);
    expect(askBlocks(UNPLUG, 1, 4)).toEqual([ERROR, WHY.owner, 0, 0]);
    expect(askBlocks(UNPLUG, 0, 4)).toEqual([ERROR, WHY.owner, 0, 0]);
    expect(askBlocks(UNPLUG, 9, 4)).toEqual([ERROR, WHY.owner, 0, 0]);
    expect(askBlocks(ASSIGN, 1, 4)).toEqual([ERROR, WHY.owner, 0, 0]);
    expect(askBlocks(ASSIGN, 1, 4, TO_POOL)).toEqual([ERROR, WHY.owner, 0, 0]);
    expect(askBlocks(ASSIGN, 1, 8)).toEqual([ERROR, WHY.state, 0, 0]);
    expect(rig.host.unplugged).toEqual([]);
    expect(rig.czone.counters.answers).toEqual([0, 4, 0, 0, 10]);
  });

  it('CZ-D11: limits of the machine and of zones are NACKs', () => {
    const rig = new Rig({ requestedBytes: 6 * BLOCK_BYTES, zoneLimitBytes: 4 * BLOCK_BYTES });
    rig.ask(CREATE, { zone: 1, value: 2 * BLOCK_BYTES });
    rig.ask(CREATE, { zone: 2 });
    expect(rig.ask(PLUG, { zone: 1, blocks: 3 })).toEqual([NACK, WHY.zoneLimit, 0, 0]);
    expect(rig.ask(PLUG, { zone: 1, blocks: 2 })[0]).toBe(ACK);
    expect(rig.ask(PLUG, { zone: 2, block: 8, blocks: 5 })).toEqual([NACK, 12, 0, 0]);
    expect(rig.ask(PLUG, { zone: 2, block: 8, blocks: 4 })[0]).toBe(ACK);
    expect(rig.czone.setRequested(8 * BLOCK_BYTES)).toBe('ok');
    expect(rig.ask(PLUG, { zone: 2, block: 12, blocks: 1 })).toEqual([NACK, WHY.zoneLimit, 0, 0]);
    expect(rig.ask(PLUG, { zone: 0, block: 16, blocks: 1 })[0]).toBe(ACK);
    expect(rig.ask(ASSIGN, { zone: 1, block: 16, blocks: 1 })).toEqual([NACK, 13, 0, 0]);
    // The state comes before the limits.
    expect(rig.ask(PLUG, { zone: 1, block: 0, blocks: 9 })).toEqual([ERROR, WHY.state, 0, 0]);
  });

  it('CZ-D12: what the host refuses is not done at all', () => {
    const rig = new Rig();
    rig.host.refusesPlug = true;
    expect(rig.ask(PLUG, { zone: 0, blocks: 2 })).toEqual([BUSY, 0, 0, 0]);
    expect(rig.czone.pluggedBytes).toBe(0);
    rig.host.refusesPlug = false;
    rig.zone(1, 0, 2);
    rig.host.refusesUnplug = true;
    expect(rig.ask(UNPLUG, { zone: 1, blocks: 2 })).toEqual([BUSY, 0, 0, 0]);
    expect(rig.czone.pluggedBytes).toBe(2 * BLOCK_BYTES);
  });

  it('CZ-D13: the state of blocks', () => {
    const rig = new Rig();
    rig.zone(3, 2, 2);
    expect(rig.ask(BLOCK_STATE, { block: 2, blocks: 2 })).toEqual([ACK, 1, 2, 3]);
    expect(rig.ask(BLOCK_STATE, { block: 1, blocks: 2 })).toEqual([ACK, 2, 2, 0xffff_ffff]);
    expect(rig.ask(BLOCK_STATE, { block: 8, blocks: 2 })).toEqual([ACK, 0, 2, 0xffff_ffff]);
    rig.zone(4, 4, 1);
    expect(rig.ask(BLOCK_STATE, { block: 2, blocks: 3 })).toEqual([ACK, 1, 3, 0xffff_ffff]);
  });

  it('CZ-D14: UNPLUG_ALL leaves nothing', () => {
    const rig = new Rig();
    rig.zone(1, 0, 2);
    rig.zone(2, 8, 1);
    rig.ask(PLUG, { zone: 0, block: 20, blocks: 4 });
    rig.czone.reclaim(2);
    rig.czone.reclaim(0);
    expect(rig.ask(UNPLUG_ALL)).toEqual([ACK, 0, 7, 3 * BLOCK_BYTES]);
    expect(rig.czone.values()).toMatchObject({ pluggedBytes: 0, zones: 0 });
    expect([rig.czone.outstanding(0), rig.czone.outstanding(2)]).toEqual([undefined, undefined]);
  });

  it('CZ-D15: types and flags that are not there', () => {
    const rig = new Rig({}, 'adaptive', ~0n & ~2n & ~8n);
    for (const type of [0, 9, 0xffff, PLUG, UNPLUG, UNPLUG_ALL, ZONE_STATE]) {
      expect(rig.ask(type, { blocks: 1 })).toEqual([ERROR, WHY.type, 0, 0]);
    }
    const full = new Rig();
    expect(full.ask(CREATE, { zone: 1, flags: 1 })).toEqual([ERROR, WHY.flags, 0, 0]);
    expect(full.ask(DESTROY, { zone: 1, flags: 2 })).toEqual([ERROR, WHY.flags, 0, 0]);
    expect(full.ask(ZONE_STATE, { zone: 1, flags: 4 })).toEqual([ERROR, WHY.flags, 0, 0]);
    expect(full.violations('czone-request-flags')).toBe(3);
  });

  it('CZ-D16: a new requested size is announced and nothing is taken', () => {
    const rig = new Rig();
    rig.zone(1, 0, 4);
    const before = rig.driver.configInterrupts;
    expect(rig.czone.setRequested(BLOCK_BYTES)).toBe('ok');
    expect(rig.driver.configInterrupts).toBe(before + 1);
    expect(rig.czone.pluggedBytes).toBe(4 * BLOCK_BYTES);
    expect(rig.czone.setRequested(BLOCK_BYTES / 2)).toBe('invalid');
    expect(rig.czone.setUsable(2 * BLOCK_BYTES)).toBe('invalid');
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

describe('reclaim', () => {
  it('CZ-D18: ids are fresh and a zone has one request at a time', () => {
    const rig = new Rig();
    rig.zone(1, 0, 1);
    expect(rig.czone.reclaim(1)).toBe(1);
    expect(rig.czone.reclaim(1)).toBeUndefined();
    expect(rig.czone.shrink(1)).toBeUndefined();
    expect(rig.czone.reclaim(2)).toBeUndefined();
    expect(rig.czone.reclaim(0)).toBe(2);
    rig.czone.cancel(1);
    expect(rig.czone.shrink(1)).toBe(3);
    expect(rig.events().map((event) => event.type)).toEqual([1, 1, 3, 2]);
  });

  it('CZ-D19: a report of another request is refused unseen', () => {
    const rig = new Rig();
    rig.zone(1, 0, 1);
    rig.zone(2, 1, 1);
    rig.czone.reclaim(1);
    rig.czone.reclaim(2);
    for (const [id, zone] of [
      [2, 1],
      [3, 1],
      [1, 9],
      [2 ** 60, 1],
    ] as const) {
      expect(rig.report(id, zone, [[0xffff_ffff, 0xffff_ffff]])).toEqual([NACK, 11, 0, 0]);
    }
    expect(rig.host.released).toEqual([]);
    expect(rig.report(1, 1, [[0, 8]], LAST)).toEqual([ACK, 0, 1, 8 * 4096]);
    expect(rig.report(1, 1, [[8, 8]], LAST)).toEqual([NACK, WHY.request, 0, 0]);
  });

  it('CZ-D20: one bad range spoils the report', () => {
    const rig = new Rig({ usableBytes: 16 * BLOCK_BYTES, granuleBytes: 8192 });
    rig.zone(1, 0, 2);
    rig.zone(2, 2, 2);
    rig.ask(PLUG, { zone: 0, block: 8, blocks: 1 });
    rig.czone.reclaim(1);
    const good = [2, 4] as const;
    const bad: [number, (readonly [number, number])[]][] = [
      [WHY.range, [good, [8, 0]]],
      [WHY.range, [good, [9, 2]]],
      [WHY.range, [good, [8, 3]]],
      [WHY.range, [good, [16 * 512 - 2, 4]]],
      [WHY.range, [good, [0xffff_fffe, 0xffff_fffe]]],
      [WHY.order, [good, [4, 4]]],
      [WHY.order, [good, [0, 2]]],
      [WHY.order, [good, good]],
      [WHY.owner, [good, [1024, 2]]],
      [WHY.owner, [good, [1022, 4]]],
      [WHY.owner, [good, [4 * 512, 2]]],
      [WHY.owner, [good, [8 * 512, 2]]],
    ];
    for (const [why, ranges] of bad) {
      expect(rig.report(1, 1, ranges), JSON.stringify(ranges)).toEqual([ERROR, why, 0, 0]);
    }
    expect(rig.host.released).toEqual([]);
    expect(rig.violations('czone-report-owner')).toBe(4);
    expect(rig.report(1, 1, [[0, 1024]])).toEqual([ACK, 0, 1, 2 * BLOCK_BYTES]);
  });

  it('CZ-D21: counts and lengths', () => {
    const rig = new Rig();
    rig.zone(1, 0, 2);
    rig.czone.reclaim(1);
    const many = Array.from({ length: 65 }, (_, i) => [2 * i, 1] as const);
    expect(rig.report(1, 1, many)).toEqual([ERROR, WHY.count, 0, 0]);
    expect(rig.report(1, 1, [])).toEqual([ERROR, WHY.count, 0, 0]);
    expect(rig.report(1, 1, many.slice(0, 64))).toEqual([ACK, 0, 64, 64 * 4096]);
    const ranges = [{ first: 0, count: 1 }];
    const cut = encodeReport({ requestId: 1, zone: 1, flags: 0, ranges }).slice(0, 23);
    expect(rig.answer(2, [rig.driver.put(cut)])).toEqual([ERROR, WHY.length, 0, 0]);
    expect(rig.report(1, 1, [], 4)).toEqual([ERROR, WHY.flags, 0, 0]);
    expect(rig.report(1, 1, [], LAST)).toEqual([ACK, 0, 0, 0]);
  });

  it('CZ-D22: an answer tells what was released, also when the host stops in the middle', () => {
    const rig = new Rig();
    rig.ask(CREATE, { zone: 1 });
    rig.ask(PLUG, { zone: 1, blocks: 1 });
    rig.host.touch(blockPfn(0), 6);
    let acked = 0;
    rig.host.onRelease = (): number => (acked = rig.czone.counters.answers[ACK]);
    rig.czone.reclaim(1);
    const answer = rig.report(1, 1, [
      [0, 4],
      [4, 4],
    ]);
    expect(answer).toEqual([ACK, 0, 2, 6 * 4096]);
    expect(acked).toBe(2);
    expect(rig.host.released).toEqual([
      [blockPfn(0), 4],
      [blockPfn(0) + 4, 4],
    ]);
    rig.host.touch(blockPfn(0), 512);
    rig.host.releasesLeft = 1;
    const refused = rig.report(1, 1, [
      [0, 16],
      [64, 16],
    ]);
    expect(refused).toEqual([BUSY, 0, 1, 16 * 4096]);
    expect(rig.host.backedPages).toBe(496);
    expect(rig.czone.counters).toMatchObject({ reportedPages: 24, releasedPages: 22 });
  });

  it('CZ-D23: LAST ends a request, but not with an error', () => {
    const rig = new Rig();
    rig.zone(1, 0, 1);
    const ends: unknown[] = [];
    rig.czone.reclaim(1, 0, (result) => ends.push(result));
    expect(rig.report(1, 1, [[5, 0]], LAST)).toEqual([ERROR, WHY.range, 0, 0]);
    expect(rig.czone.outstanding(1)).toBe(1);
    rig.report(1, 1, [[0, 4]]);
    rig.report(1, 1, [[8, 4]], LAST);
    const bytes = { reportedBytes: 8 * 4096, releasedBytes: 8 * 4096 };
    expect(ends).toEqual([{ zone: 1, requestId: 1, end: 'done', ...bytes }]);
    rig.czone.reclaim(1, 0, (result) => ends.push(result.end));
    rig.report(2, 1, [], 3);
    expect(ends[1]).toBe('stopped');
  });

  it('CZ-D24: unasked reports only where they were negotiated', () => {
    const rig = new Rig();
    rig.zone(1, 0, 1);
    expect(rig.report(0, 1, [[0, 1]])).toEqual([ERROR, WHY.type, 0, 0]);
    const free = new Rig({}, 'guest-driven');
    free.zone(1, 0, 1);
    expect(free.report(0, 1, [[0, 4]])).toEqual([ACK, 0, 1, 4 * 4096]);
    expect(free.report(0, 2, [[0, 4]])).toEqual([ERROR, WHY.zone, 0, 0]);
    expect(free.report(0, 1, [[512, 4]])).toEqual([ERROR, WHY.owner, 0, 0]);
  });

  it('CZ-D25: a guest that never answers loses the request', () => {
    const rig = new Rig();
    rig.zone(1, 0, 1);
    const ends: string[] = [];
    rig.czone.reclaim(1, 0, (result) => ends.push(result.end));
    rig.clock.advance(10 * NS_PER_S);
    expect(ends).toEqual(['timeout']);
    expect(rig.events().map((event) => event.type)).toEqual([1, 3]);
    expect(rig.report(1, 1, [[0, 4]], LAST)).toEqual([NACK, WHY.request, 0, 0]);
    expect(rig.czone.counters.timedOutRequests).toBe(1);
  });

  it('CZ-D26: nothing is released after cancelling; an unsent event is never sent', () => {
    const rig = new Rig({}, 'adaptive', ~0n, 1);
    rig.zone(1, 0, 1);
    rig.zone(2, 1, 1);
    rig.czone.reclaim(1);
    rig.czone.reclaim(2);
    expect(rig.events()).toHaveLength(1);
    expect(rig.czone.cancel(2)).toBe(true);
    expect(rig.czone.cancel(2)).toBe(false);
    expect(rig.czone.cancel(1)).toBe(true);
    expect(rig.report(1, 1, [[0, 4]])).toEqual([NACK, WHY.request, 0, 0]);
    expect(rig.host.released).toEqual([]);
    for (let i = 0; i < 4; i++) rig.postEvent();
    const seen = rig.events().map((event) => [event.type, event.requestId]);
    expect(seen).toEqual([
      [1, 1],
      [3, 1],
    ]);
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
