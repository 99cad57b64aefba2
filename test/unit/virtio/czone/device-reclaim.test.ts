/** Requests of the host and the reports that answer them (docs/czone-virtio.md, 6.5 and 6.6). */

import { describe, expect, it } from 'vitest';

import { NS_PER_S } from '../../../../src/abi/unit.ts';
import { encodeReport } from '../../../../src/virtio/czone/report.ts';
import {
  CREATE,
  PLUG,
  ACK,
  NACK,
  BUSY,
  ERROR,
  WHY,
  LAST,
  Rig,
} from '../../../support/czone-rig.ts';
import { BLOCK_BYTES, blockPfn } from '../../../support/virtio-czone.ts';

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
