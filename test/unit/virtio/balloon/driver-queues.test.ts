import { describe, expect, it } from 'vitest';

import { BalloonQueues } from '../../../../src/virtio/balloon/driver-queues.ts';
import { around, HoldingModel, V1, type ModelRig } from '../../../support/virtio-model.ts';

const STATS = 2n;
const REPORTING = 1n << 5n;
const BUFFER = [{ addr: 0x8000, lengthBytes: 8 }];

interface Rig extends ModelRig {
  readonly model: HoldingModel;
  readonly queues: BalloonQueues;
}

/** Queues of a driver that accepts all a device offers; chains stay with the device. */
function rig(features: bigint, sizes: readonly number[]): Rig {
  const model = new HoldingModel(5, V1 | features, sizes);
  const made = around(model);
  made.transport.probe(5);
  made.transport.negotiate(~0n, (accepted) => accepted);
  return { ...made, model, queues: new BalloonQueues(made.transport) };
}

/** The same, set up and running; used chains wake whoever waits. */
function running(features: bigint, sizes: readonly number[]): Rig {
  const made = rig(features, sizes);
  expect(made.queues.setUp()).toBeUndefined();
  made.transport.start({
    configChanged: () => {},
    queueUsed: () => made.queues.wake(),
    work: () => {},
  });
  return made;
}

describe('set-up', () => {
  it('numbers only the queues that were negotiated, without gaps', () => {
    const { queues } = running(STATS | REPORTING, [8, 8, 8, 32]);
    expect(queues.place('inflate')?.index).toBe(0);
    expect(queues.place('deflate')?.index).toBe(1);
    expect(queues.place('stats')?.index).toBe(2);
    expect(queues.place('hinting')).toBeUndefined();
    expect(queues.place('reporting')?.index).toBe(3);
    expect(queues.place('reporting')?.queue.layout.size).toBe(32);
    expect(running(REPORTING, [8, 8, 32]).queues.place('reporting')?.index).toBe(2);
  });

  it('fails when the device lacks a queue that the features promise', () => {
    expect(rig(STATS, [8, 8]).queues.setUp()).toBe('no-queue');
  });
});

describe('a chain', () => {
  it('is done when the device has used it, not before', () => {
    const { queues, model } = running(0n, [8, 8]);
    let done = 0;
    expect(queues.send('deflate', BUFFER, 1, () => done++)).toBe(true);
    expect([done, queues.isWaiting, queues.isWaitingFor('deflate')]).toEqual([0, true, true]);
    expect(queues.isWaitingFor('inflate')).toBe(false);
    expect(model.held[0]).toMatchObject({ queueIndex: 1, buffers: [{ addr: 0x8000 }] });
    model.answer(0);
    expect([done, queues.isWaiting]).toEqual([1, false]);
  });

  it('is done at once when the device uses it at once', () => {
    const { queues, model } = running(0n, [8, 8]);
    model.answersAtOnce = true;
    let done = 0;
    queues.send('inflate', BUFFER, 1, () => done++);
    expect([done, queues.isWaiting]).toEqual([1, false]);
    queues.wake();
    expect(done).toBe(1);
  });

  it('wakes only who waits for its queue', () => {
    const { queues, model } = running(0n, [8, 8]);
    const done: string[] = [];
    queues.send('inflate', BUFFER, 1, () => done.push('inflate'));
    queues.send('deflate', BUFFER, 1, () => done.push('deflate'));
    model.held.reverse();
    model.answer(0);
    expect([done, queues.isWaitingFor('inflate')]).toEqual([['deflate'], true]);
    model.answer(0);
    expect(done).toEqual(['deflate', 'inflate']);
  });

  it('may be followed by the next from within its answer', () => {
    const { queues, model } = running(0n, [8, 8]);
    let second = 0;
    queues.send('inflate', BUFFER, 1, () => queues.send('inflate', BUFFER, 1, () => second++));
    model.answer(0);
    expect([second, queues.isWaitingFor('inflate')]).toEqual([0, true]);
    model.answer(0);
    expect(second).toBe(1);
  });

  it('is refused when there is no such queue, no room, or nothing in it', () => {
    const { queues } = running(0n, [1, 1]);
    expect(queues.send('reporting', BUFFER, 1, () => {})).toBe(false);
    expect(queues.send('inflate', [], 0, () => {})).toBe(false);
    expect(queues.send('inflate', BUFFER, 1, () => {})).toBe(true);
    expect(queues.send('inflate', BUFFER, 1, () => {})).toBe(false);
  });
});

it('a copy goes on in the same rings, at the same place', () => {
  const { queues, model, transport, memory } = running(0n, [8, 8]);
  model.answersAtOnce = true;
  for (let i = 0; i < 3; i++) queues.send('inflate', BUFFER, 1, () => {});
  const copy = new BalloonQueues(transport);
  copy.load(queues.save());
  let done = 0;
  expect(copy.send('inflate', BUFFER, 1, () => done++)).toBe(true);
  expect(done).toBe(1);
  const { availAddr } = copy.place('inflate')?.queue.layout ?? { availAddr: 0 };
  expect(memory.readU16(availAddr + 2)).toBe(4);
});
