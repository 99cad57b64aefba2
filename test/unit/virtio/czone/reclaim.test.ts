/** The device alone: idle zones, reclaim, statistics, malformed messages (docs/czone-virtio.md, CZ-D). */

import { describe, expect, it } from 'vitest';

import { NS_PER_S } from '../../../../src/abi/unit.ts';

import { encodeReport } from '../../../../src/virtio/czone/report.ts';
import { decodeResponse, encodeRequest } from '../../../../src/virtio/czone/request.ts';
import { encodeStats } from '../../../../src/virtio/czone/stats.ts';
import { BLOCK_BYTES, blockPfn } from '../../../support/virtio-czone.ts';

import {
  CREATE,
  PLUG,
  ZONE_STATE,
  ACK,
  NACK,
  BUSY,
  ERROR,
  WHY,
  IDLE,
  LAST,
  STATUS_NEEDS_RESET,
  Rig,
} from '../../../support/czone-rig.ts';

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

describe('a policy for idle zones', () => {
  it.each([-1, NaN, Infinity])(
    'with a delay of %d is refused before any guest sees it',
    (delayNs) => {
      expect(() => new Rig({ idle: { delayNs, targetBytes: 0 } })).toThrow(RangeError);
    },
  );
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
    expect(ends).toEqual([{ zone: 1, requestId: 1, end: 'done', reports: 2, ...bytes }]);
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
