/** Hinting and reporting on the driver's side, against a device that does what the test says (C.8, C.10). */

import { describe, expect, it } from 'vitest';

import { HintDriver, ReportDriver } from '../../../../src/virtio/balloon/driver-free.ts';
import { TestBalloonGuest } from '../../../support/virtio.ts';
import { around, HoldingModel, V1, type ModelRig } from '../../../support/virtio-model.ts';

const CMD_ID = 8;
/** Where the driver keeps its two commands. */
const COMMANDS = 0x800;
const STOP = 0;
const DONE = 1;
const BLOCK_BYTES = 4 << 20;

interface Rig extends ModelRig {
  readonly model: HoldingModel;
  readonly guest: TestBalloonGuest;
  readonly hints: HintDriver;
  /** What the device read or was given, in order: `id 5`, `block 1024`. */
  seen(): string[];
}

function rig(queueSize: number, blocks: number[]): Rig {
  const model = new HoldingModel(5, V1, [queueSize]);
  const made = around(model, undefined, 16 << 20);
  const { transport, memory } = made;
  transport.probe(5);
  transport.negotiate(~0n, (features) => features);
  const queue = transport.setUpQueue<null>(0);
  if (typeof queue === 'string') throw new Error(queue);
  const guest = new TestBalloonGuest([]);
  guest.hintBlocks = blocks;
  const hints = new HintDriver(transport, guest, { index: 0, queue }, COMMANDS);
  transport.start({ configChanged: () => hints.noteConfig(), queueUsed: () => {}, work: () => {} });
  const seen = (): string[] =>
    model.held.map(({ buffers: [buffer] }) => {
      if (buffer === undefined) return 'nothing';
      const { addr, lengthBytes, isWritable } = buffer;
      if (!isWritable && lengthBytes === 4) return `id ${memory.readU32(addr)}`;
      return isWritable && lengthBytes === BLOCK_BYTES ? `block ${addr / 4096}` : 'strange';
    });
  return { ...made, model, guest, hints, seen };
}

function work(hints: HintDriver): void {
  while (hints.work());
}

describe('a run of hints', () => {
  it('is the id, every free block as a writable buffer, and STOP', () => {
    const { model, hints, seen } = rig(8, [1024, 3072]);
    model.setConfig32(CMD_ID, 5);
    work(hints);
    expect(seen()).toEqual(['id 5', 'block 1024', 'block 3072', 'id 0']);
  });

  it('starts once for an id, and again for the next', () => {
    const { model, hints, seen } = rig(8, []);
    for (const id of [5, 5, 6]) {
      model.setConfig32(CMD_ID, id);
      work(hints);
    }
    // The first id lies in memory still: the buffer of both runs is the same.
    expect(seen()).toEqual(['id 6', 'id 0', 'id 6', 'id 0']);
  });

  it('does not start for STOP or without a change of the config', () => {
    const { model, hints, seen } = rig(8, [1024]);
    expect(hints.work()).toBe(false);
    model.setConfig32(CMD_ID, STOP);
    work(hints);
    expect(seen()).toEqual([]);
  });

  it('waits with one descriptor free, which STOP needs, until the device used something', () => {
    const { model, hints, seen } = rig(4, [1024, 2048, 3072]);
    model.setConfig32(CMD_ID, 5);
    work(hints);
    expect(seen()).toEqual(['id 5', 'block 1024', 'block 2048']);
    expect(hints.work()).toBe(false);
    model.answer(0);
    expect(hints.work()).toBe(true);
    expect(seen()).toEqual(['block 1024', 'block 2048', 'block 3072']);
    model.answer(0);
    work(hints);
    expect(seen()).toEqual(['block 2048', 'block 3072', 'id 0']);
  });

  it('ends with STOP when the host changes the id in the middle', () => {
    const { model, hints, seen } = rig(4, [1024, 2048, 3072]);
    model.setConfig32(CMD_ID, 5);
    work(hints);
    model.answer(0);
    model.setConfig32(CMD_ID, 6);
    hints.work();
    expect(seen().at(-1)).toBe('id 0');
  });
});

describe('blocks that were hinted', () => {
  it('stay with the driver until DONE, then all go back, the newest first', () => {
    const { model, guest, hints } = rig(8, [1024, 3072]);
    model.setConfig32(CMD_ID, 5);
    work(hints);
    while (model.held.length > 0) model.answer(0);
    expect(guest.hintBlocks).toEqual([]);
    model.setConfig32(CMD_ID, DONE);
    work(hints);
    expect(guest.hintBlocks).toEqual([3072, 1024]);
  });

  it('go back to the shrinker in whole blocks of 1024 pages', () => {
    const { model, guest, hints } = rig(8, [1024, 2048, 3072]);
    model.setConfig32(CMD_ID, 5);
    work(hints);
    expect([hints.shrink(0), hints.shrink(1025), hints.shrink(9999)]).toEqual([0, 2048, 1024]);
    expect(guest.hintBlocks).toEqual([3072, 2048, 1024]);
    expect(hints.shrink(1)).toBe(0);
  });

  it('are part of a copy, which is not to be had in the middle of a run', () => {
    const { model, guest, hints, transport } = rig(4, [1024, 2048, 3072]);
    model.setConfig32(CMD_ID, 5);
    work(hints);
    expect(hints.save()).toBeUndefined();
    for (let i = 0; i < 3; i++) model.answer(0);
    work(hints);
    const state = hints.save();
    expect(state).toMatchObject({ held: [1024, 2048, 3072], receivedCmdId: 5, activeCmdId: 5 });
    const queue = transport.setUpQueue<null>(1);
    expect(queue).toBe('no-queue');
    const place = { index: 0, queue: {} as never };
    const copy = new HintDriver(transport, guest, place, COMMANDS);
    if (state !== undefined) copy.load(state);
    expect(copy.shrink(1)).toBe(1024);
    expect(guest.hintBlocks).toEqual([3072]);
    expect(hints.shrink(9999)).toBe(3 * 1024);
  });
});

describe('a report', () => {
  it('has a buffer for each block, as long as the block', () => {
    expect(new ReportDriver(32).buffers([512, 0x10_0000], [9, 10], 2)).toEqual([
      { addr: 0x20_0000, lengthBytes: 0x20_0000 },
      { addr: 0x1_0000_0000, lengthBytes: 0x40_0000 },
    ]);
  });

  it('is of one to as many blocks as the queue takes', () => {
    const report = new ReportDriver(2);
    const of = (count: number): number | undefined =>
      report.buffers([512, 1024, 1536], [9, 9, 9], count)?.length;
    expect([of(0), of(1), of(2), of(3)]).toEqual([undefined, 1, 2, undefined]);
  });
});
