import { describe, expect, it } from 'vitest';

import {
  DriverRequests,
  NO_ANSWER,
  expectAnswered,
} from '../../../../src/virtio/czone/driver-requests.ts';
import type { CZoneResponse } from '../../../../src/virtio/czone/request.ts';
import { around, HoldingModel, V1, type ModelRig } from '../../../support/virtio-model.ts';

const PLUG = 3;
const ACK_OF_4 = [1, 0, 0, 0, 4, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0];

interface Rig extends ModelRig {
  readonly model: HoldingModel;
  readonly requests: DriverRequests;
  /** Writes bytes where the answer belongs and returns the chain. */
  answer(bytes: readonly number[]): void;
}

function rig(queueSize = 8): Rig {
  const model = new HoldingModel(65535, V1, [queueSize]);
  const made = around(model);
  made.transport.probe(65535);
  made.transport.negotiate(~0n, (features) => features);
  const requests = new DriverRequests(made.transport);
  expect(requests.setUp()).toBeUndefined();
  made.transport.start({
    configChanged: () => {},
    queueUsed: () => requests.poll(),
    work: () => {},
  });
  const answer = (bytes: readonly number[]): void => {
    const { addr } = model.held[0]?.buffers[1] ?? { addr: 0 };
    made.memory.write(addr, Uint8Array.from(bytes));
    model.answer(bytes.length);
  };
  return { ...made, model, requests, answer };
}

describe('a request', () => {
  it('is 24 bytes to read and 16 to write, as the page says', () => {
    const { model, requests, memory } = rig();
    requests.ask({ type: PLUG, zone: 7, block: 2, blocks: 4 }, () => {});
    const [chain] = model.held;
    expect(chain?.buffers.map(({ lengthBytes, isWritable }) => [lengthBytes, isWritable])).toEqual([
      [24, false],
      [16, true],
    ]);
    expect(memory.hex(chain?.buffers[0]?.addr ?? 0, 24)).toBe(
      '03 00 00 00 07 00 00 00 02 00 00 00 04 00 00 00 00 00 00 00 00 00 00 00',
    );
  });

  it('is answered with what the device wrote', () => {
    const { requests, answer } = rig();
    const answers: CZoneResponse[] = [];
    requests.ask({ type: PLUG }, (response) => answers.push(response));
    expect([answers.length, requests.isQuiet]).toEqual([0, false]);
    answer(ACK_OF_4);
    expect(answers).toEqual([{ status: 1, detail: 0, count: 4, value: 0x8000 }]);
    expect(requests.isQuiet).toBe(true);
  });

  it('waits for the one before it, and comes in turn', () => {
    const { model, requests, answer, memory } = rig();
    const done: number[] = [];
    for (const zone of [1, 2, 3]) {
      requests.ask({ type: PLUG, zone }, () => done.push(zone));
    }
    expect([model.held.length, requests.sent]).toEqual([1, 1]);
    for (const zone of [1, 2, 3]) {
      expect(memory.readU32((model.held[0]?.buffers[0]?.addr ?? 0) + 4)).toBe(zone);
      answer(ACK_OF_4);
    }
    expect([done, requests.sent, requests.isQuiet]).toEqual([[1, 2, 3], 3, true]);
  });

  it('may be asked from within an answer', () => {
    const { requests, answer } = rig();
    const done: number[] = [];
    requests.ask({ type: PLUG }, () => requests.ask({ type: PLUG }, () => done.push(2)));
    answer(ACK_OF_4);
    answer(ACK_OF_4);
    expect(done).toEqual([2]);
  });
});

describe('no answer', () => {
  it('is an answer of less than 16 bytes', () => {
    const { requests, answer } = rig();
    let got: CZoneResponse | undefined;
    requests.ask({ type: PLUG }, (response) => (got = response));
    answer(ACK_OF_4.slice(0, 15));
    expect(got).toBe(NO_ANSWER);
  });

  it('is what a zeroed buffer says, not the answer before it', () => {
    const { model, requests, answer } = rig();
    const statuses: number[] = [];
    requests.ask({ type: PLUG }, ({ status }) => statuses.push(status));
    answer(ACK_OF_4);
    requests.ask({ type: PLUG }, ({ status }) => statuses.push(status));
    model.answer(16);
    expect(statuses).toEqual([1, 0]);
  });

  it('comes at once when the ring is broken, for those that wait as well', () => {
    const { device, memory, requests } = rig();
    const answers: CZoneResponse[] = [];
    for (let i = 0; i < 2; i++) requests.ask({ type: PLUG }, (response) => answers.push(response));
    const { usedAddr } = device.queue(0)?.layout ?? { usedAddr: 0 };
    // A used element that names no chain.
    memory.writeU32(usedAddr + 4, 99);
    memory.writeU16(usedAddr + 2, 1);
    requests.poll();
    expect(answers).toEqual([NO_ANSWER, NO_ANSWER]);
    requests.ask({ type: PLUG }, (response) => answers.push(response));
    expect([answers.length, requests.isQuiet, requests.sent]).toEqual([3, true, 1]);
  });

  it('comes where the queue has no room for request and answer', () => {
    const { requests } = rig(1);
    let got: CZoneResponse | undefined;
    requests.ask({ type: PLUG }, (response) => (got = response));
    expect([got, requests.sent]).toEqual([NO_ANSWER, 0]);
  });
});

it('a copy goes on in the same ring', () => {
  const { transport, requests, answer, model } = rig();
  requests.ask({ type: PLUG }, () => {});
  answer(ACK_OF_4);
  const copy = new DriverRequests(transport);
  copy.load(requests.save());
  let status = -1;
  copy.ask({ type: PLUG, zone: 5 }, (response) => (status = response.status));
  model.held[0]?.buffers.forEach(({ addr }) => expect(addr).toBeGreaterThan(0));
  answer(ACK_OF_4);
  copy.poll();
  expect(status).toBe(1);
});

it('who asks may hear of the answer, or not', () => {
  expect(() => expectAnswered(5n as never)).toThrow('zone: expected');
  expect(() => expectAnswered(1, 5 as never)).toThrow('done: expected a function');
  expect(() => expectAnswered(1, undefined, 'x' as never)).toThrow('bytes: expected');
  expectAnswered(1, () => {}, 4096);
});
