/** The driver's buffers for events, and its messages of statistics (docs/czone-virtio.md, 6.8 and 7.2). */

import { describe, expect, it } from 'vitest';

import { DriverEvents, DriverStats } from '../../../../src/virtio/czone/driver-events.ts';
import type { CZoneZoneStats } from '../../../../src/virtio/czone/stats.ts';
import { range } from '../../../support/virtio.ts';
import { around, HoldingModel, V1, type ModelRig } from '../../../support/virtio-model.ts';

const RECLAIM = 1;
const CANCEL = 3;

/** RECLAIM 5 of at most 1 MiB from zone 7 in epoch 1: the vector of section 7.5. */
const EVENT = '01000000070000000500000000000000000010000000000001000000 00000000'.replace(' ', '');

function bytesOf(hexText: string): Uint8Array {
  return Uint8Array.from(hexText.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

/** The vector with another type and request id. */
function event(type: number, requestId: number): Uint8Array {
  const bytes = bytesOf(EVENT);
  bytes[0] = type;
  bytes[8] = requestId;
  return bytes;
}

interface EventsRig extends ModelRig {
  readonly model: HoldingModel;
  readonly events: DriverEvents;
  /** The device writes into its oldest buffer and returns it. */
  write(bytes: Uint8Array): void;
}

function eventsRig(): EventsRig {
  const model = new HoldingModel(65535, V1, [8, 64]);
  const made = around(model);
  made.transport.probe(65535);
  made.transport.negotiate(~0n, (features) => features);
  const events = new DriverEvents(made.transport);
  expect(events.setUp()).toBeUndefined();
  made.transport.start({ configChanged: () => {}, queueUsed: () => {}, work: () => {} });
  events.kick();
  const write = (bytes: Uint8Array): void => {
    made.memory.write(model.held[0]?.buffers[0]?.addr ?? 0, bytes);
    model.answer(bytes.length);
  };
  return { ...made, model, events, write };
}

describe('events', () => {
  it('have 16 writable buffers of 32 zeroed bytes each', () => {
    const { model, memory } = eventsRig();
    expect(model.held).toHaveLength(16);
    const addrs = model.held.map(({ buffers: [buffer] }) => buffer?.addr ?? 0);
    expect(new Set(addrs.map((addr) => Math.floor(addr / 32))).size).toBe(16);
    for (const { buffers } of model.held) {
      expect(buffers).toMatchObject([{ lengthBytes: 32, isWritable: true }]);
      expect(memory.read(buffers[0]?.addr ?? 0, 32)).toEqual(new Uint8Array(32));
    }
  });

  it('are read, and their buffers are the device’s again, zeroed', () => {
    const { model, events, memory, write } = eventsRig();
    const { addr } = model.held[0]?.buffers[0] ?? { addr: 0 };
    expect(events.take()).toEqual([]);
    write(bytesOf(EVENT));
    expect(events.take()).toEqual([
      { type: RECLAIM, zone: 7, requestId: 5, targetBytes: 2 ** 20, epoch: 1 },
    ]);
    expect([model.held.length, model.held.at(-1)?.buffers[0]?.addr]).toEqual([16, addr]);
    expect(memory.readU32(addr)).toBe(0);
    expect(events.take()).toEqual([]);
  });

  it('come oldest request first, the request before its cancelling', () => {
    const { events, write } = eventsRig();
    write(event(CANCEL, 6));
    write(event(RECLAIM, 6));
    write(event(RECLAIM, 5));
    expect(events.take().map(({ type, requestId }) => [type, requestId])).toEqual([
      [RECLAIM, 5],
      [RECLAIM, 6],
      [CANCEL, 6],
    ]);
  });

  it('that a copied driver finds are told by what is written in the buffers', () => {
    const { model, events, transport, write } = eventsRig();
    const copy = new DriverEvents(transport);
    copy.load(events.save());
    // In another order than the buffers were posted.
    model.held.reverse();
    write(event(RECLAIM, 9));
    write(event(RECLAIM, 8));
    expect(copy.take().map(({ requestId }) => requestId)).toEqual([8, 9]);
    expect(model.held).toHaveLength(16);
  });
});

interface StatsRig extends ModelRig {
  readonly model: HoldingModel;
  readonly stats: DriverStats;
}

function statsRig(): StatsRig {
  const model = new HoldingModel(65535, V1, [8, 8, 8, 8]);
  const made = around(model);
  made.transport.probe(65535);
  made.transport.negotiate(~0n, (features) => features);
  const stats = new DriverStats(made.transport);
  expect(stats.setUp()).toBeUndefined();
  made.transport.start({ configChanged: () => {}, queueUsed: () => {}, work: () => {} });
  return { ...made, model, stats };
}

function zones(count: number): CZoneZoneStats[] {
  const counts = { limitHits: 0, grownBlocks: 0, reusedPages: 0, migratedPages: 0 };
  const sizes = { pluggedBytes: 4096, freeBytes: 0, backedFreeBytes: 0 };
  return range(0, count).map((zone) => ({ zone, isIdle: false, ...sizes, ...counts }));
}

/** Request id, zones, flags of the message that the device holds. */
function header({ model, memory }: StatsRig): (number | undefined)[] {
  const { addr } = model.held[0]?.buffers[0] ?? { addr: 0 };
  return [memory.readU64(addr), memory.readU32(addr + 8), memory.readU32(addr + 12)];
}

describe('statistics', () => {
  it('are sent 16 zones at a time, MORE in all but the last, each after the one before', () => {
    const rig = statsRig();
    rig.stats.send(77, zones(35));
    const seen: unknown[] = [];
    while (rig.model.held.length > 0) {
      seen.push(header(rig));
      expect(rig.model.held[0]?.buffers).toHaveLength(1);
      rig.model.answer(0);
      rig.stats.poll();
    }
    expect(seen).toEqual([
      [77, 16, 1],
      [77, 16, 1],
      [77, 3, 0],
    ]);
  });

  it('of a later request take the place of what was not sent of an earlier', () => {
    const rig = statsRig();
    rig.stats.send(77, zones(35));
    rig.stats.send(78, zones(1));
    expect(header(rig)).toEqual([77, 16, 1]);
    rig.model.answer(0);
    rig.stats.poll();
    expect(header(rig)).toEqual([78, 1, 0]);
  });

  it('do not exist for a driver without the queue', () => {
    const { transport } = around(new HoldingModel(65535, V1, [8]));
    const stats = new DriverStats(transport);
    stats.send(1, zones(1));
    expect(stats.save()).toBeUndefined();
  });

  it('of a copy wait for the message that was under way', () => {
    const rig = statsRig();
    rig.stats.send(77, zones(1));
    const copy = new DriverStats(rig.transport);
    const state = rig.stats.save();
    if (state !== undefined) copy.load(state);
    copy.send(78, zones(1));
    expect(header(rig)).toEqual([77, 1, 0]);
    rig.model.answer(0);
    copy.poll();
    expect(header(rig)).toEqual([78, 1, 0]);
  });
});
