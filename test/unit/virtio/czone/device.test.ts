/** The device alone: initialisation, zones, blocks and reset (docs/czone-virtio.md, CZ-D). */

import { describe, expect, it } from 'vitest';

import {
  CZONE_PROFILES,
  CZoneDevice,
  CZoneOptionError,
  VirtioDevice,
  type CZoneDeviceOptions,
} from '../../../../src/virtio/index.ts';
import { FlatGuestMemory, RawDriver } from '../../../support/virtio.ts';
import {
  BLOCK_BYTES,
  blockPfn,
  CZonePair,
  REGION_BLOCKS,
  START_PFN,
  TestCZoneHost,
} from '../../../support/virtio-czone.ts';

import {
  CREATE,
  DESTROY,
  PLUG,
  UNPLUG,
  ASSIGN,
  ZONE_STATE,
  BLOCK_STATE,
  UNPLUG_ALL,
  ACK,
  NACK,
  BUSY,
  ERROR,
  WHY,
  TO_POOL,
  LAST,
  STATUS_NEEDS_RESET,
  Rig,
} from '../../../support/czone-rig.ts';

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
    expect(make({ blockBytes: 3 << 20 })).toThrow(CZoneOptionError);
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
