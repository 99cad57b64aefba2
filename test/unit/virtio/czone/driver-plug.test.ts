/** Whose blocks are whose, on both sides (docs/czone-virtio.md, CZ-G4 to CZ-G7, CZ-G11). */

import { describe, expect, it } from 'vitest';

import { type CZoneResponse } from '../../../../src/virtio/czone/request.ts';
import {
  BLOCK_BYTES,
  BLOCK_FRAMES,
  blockPfn,
  CZonePair,
  START_PFN,
  owners,
  expectSameBooks,
} from '../../../support/virtio-czone.ts';

const ACK = 1;

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
