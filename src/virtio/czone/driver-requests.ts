/** The driver's guest queue: one request at a time, in the order in which they were asked. */

import { COUNT, expectFunction, expectInteger, expectShape } from '../../check/index.ts';
import { DriverQueue, type DriverQueueState, type QueueBuffer } from '../queue/driver-queue.ts';
import type { DriverTransport, ProbeFailure } from '../transport.ts';
import { QUEUE_GUEST } from './config.ts';
import {
  decodeResponse,
  encodeRequest,
  REQUEST_BYTES,
  RESPONSE_BYTES,
  type CZoneRequest,
  type CZoneResponse,
} from './request.ts';

/** Instead of an answer, when the ring is broken or the device is gone. */
export const NO_ANSWER: CZoneResponse = { status: 0, detail: 0, count: 0, value: 0 };

/** What lies where an answer is to come. */
const NO_BYTES = new Uint8Array(RESPONSE_BYTES);

export type Answered = (response: CZoneResponse) => void;

export interface RequestsState {
  readonly addr: number;
  readonly queue: DriverQueueState;
}

/** Throws RefusedArgument for what is no zone, or cannot hear of an answer. */
export function expectAnswered(zone: number, done?: Answered, amountBytes = 0): void {
  expectInteger('zone', zone, 0);
  expectInteger('bytes', amountBytes, 0);
  if (done !== undefined) expectFunction('done', done);
}

export class DriverRequests {
  private readonly _transport: DriverTransport;
  private readonly _waiting: { readonly request: CZoneRequest; readonly done: Answered }[] = [];
  private _queue!: DriverQueue<null>;
  private _addr = 0;
  /** The two buffers of a request, the same for each. */
  private _buffers: readonly QueueBuffer[] = [];
  private _current: Answered | undefined;
  sent = 0;

  constructor(transport: DriverTransport) {
    this._transport = transport;
  }

  setUp(): ProbeFailure | undefined {
    const queue = this._transport.setUpQueue<null>(QUEUE_GUEST);
    if (typeof queue === 'string') return queue;
    const addr = this._transport.memory.alloc(REQUEST_BYTES + RESPONSE_BYTES, 8);
    if (addr === undefined) return 'no-memory';
    this._queue = queue;
    this._useBuffers(addr);
    return undefined;
  }

  get isQuiet(): boolean {
    return this._current === undefined && this._waiting.length === 0;
  }

  /** `done` is called when the device has answered, which is inside this call as a rule. */
  ask(request: Partial<CZoneRequest> & { type: number }, done: Answered): void {
    const { type, flags = 0, zone = 0, block = 0, blocks = 0, value = 0 } = request;
    const full = { type, flags, zone, block, blocks, value };
    if (this.isQuiet) this._send(full, done);
    else this._waiting.push({ request: full, done });
    this.poll();
  }

  /** Takes answers that have come. */
  poll(): void {
    while (this._current !== undefined) {
      const used = this._queue.takeUsed();
      if (used === undefined && !this._queue.isBroken) return;
      const done = this._current;
      this._current = undefined;
      done(used === undefined ? NO_ANSWER : this._response(used.writtenBytes));
      this._next();
    }
  }

  save(): RequestsState {
    return { addr: this._addr, queue: this._queue.save() };
  }

  load(state: RequestsState): void {
    this._useBuffers(expectShape('requests', state, { addr: COUNT }).addr);
    this._queue = DriverQueue.restore(this._transport.memory, state.queue, null);
  }

  private _next(): void {
    if (this._current !== undefined || this._waiting.length === 0) return;
    const next = this._waiting.shift();
    if (next !== undefined) this._send(next.request, next.done);
  }

  private _send(request: CZoneRequest, done: Answered): void {
    const { memory } = this._transport.memory;
    memory.write(this._addr, encodeRequest(request));
    memory.write(this._addr + REQUEST_BYTES, NO_BYTES);
    if (!this._queue.add(this._buffers, 1, null)) {
      done(NO_ANSWER);
      this._next();
      return;
    }
    this.sent++;
    this._current = done;
    this._transport.kick(QUEUE_GUEST, this._queue);
  }

  private _useBuffers(addr: number): void {
    this._addr = addr;
    this._buffers = [
      { addr, lengthBytes: REQUEST_BYTES },
      { addr: addr + REQUEST_BYTES, lengthBytes: RESPONSE_BYTES },
    ];
  }

  private _response(writtenBytes: number): CZoneResponse {
    if (writtenBytes < RESPONSE_BYTES) return NO_ANSWER;
    const bytes = this._transport.memory.memory.read(this._addr + REQUEST_BYTES, RESPONSE_BYTES);
    return bytes === undefined ? NO_ANSWER : decodeResponse(bytes);
  }
}
