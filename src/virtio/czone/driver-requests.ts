/** The driver's guest queue: one request at a time, in the order in which they were asked. */

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

export class DriverRequests {
  readonly #transport: DriverTransport;
  readonly #waiting: { readonly request: CZoneRequest; readonly done: Answered }[] = [];
  #queue!: DriverQueue<null>;
  #addr = 0;
  /** The two buffers of a request, the same for each. */
  #buffers: readonly QueueBuffer[] = [];
  #current: Answered | undefined;
  sent = 0;

  constructor(transport: DriverTransport) {
    this.#transport = transport;
  }

  setUp(): ProbeFailure | undefined {
    const queue = this.#transport.setUpQueue<null>(QUEUE_GUEST);
    if (typeof queue === 'string') return queue;
    const addr = this.#transport.memory.alloc(REQUEST_BYTES + RESPONSE_BYTES, 8);
    if (addr === undefined) return 'no-memory';
    this.#queue = queue;
    this.#useBuffers(addr);
    return undefined;
  }

  get isQuiet(): boolean {
    return this.#current === undefined && this.#waiting.length === 0;
  }

  /** `done` is called when the device has answered, which is inside this call as a rule. */
  ask(request: Partial<CZoneRequest> & { type: number }, done: Answered): void {
    const { type, flags = 0, zone = 0, block = 0, blocks = 0, value = 0 } = request;
    const full = { type, flags, zone, block, blocks, value };
    if (this.isQuiet) this.#send(full, done);
    else this.#waiting.push({ request: full, done });
    this.poll();
  }

  /** Takes answers that have come. */
  poll(): void {
    while (this.#current !== undefined) {
      const used = this.#queue.takeUsed();
      if (used === undefined && !this.#queue.isBroken) return;
      const done = this.#current;
      this.#current = undefined;
      done(used === undefined ? NO_ANSWER : this.#response(used.writtenBytes));
      this.#next();
    }
  }

  save(): RequestsState {
    return { addr: this.#addr, queue: this.#queue.save() };
  }

  load(state: RequestsState): void {
    this.#useBuffers(state.addr);
    this.#queue = DriverQueue.restore(this.#transport.memory, state.queue, null);
  }

  #next(): void {
    if (this.#current !== undefined || this.#waiting.length === 0) return;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#send(next.request, next.done);
  }

  #send(request: CZoneRequest, done: Answered): void {
    const { memory } = this.#transport.memory;
    memory.write(this.#addr, encodeRequest(request));
    memory.write(this.#addr + REQUEST_BYTES, NO_BYTES);
    if (!this.#queue.add(this.#buffers, 1, null)) {
      done(NO_ANSWER);
      this.#next();
      return;
    }
    this.sent++;
    this.#current = done;
    this.#transport.kick(QUEUE_GUEST, this.#queue);
  }

  #useBuffers(addr: number): void {
    this.#addr = addr;
    this.#buffers = [
      { addr, lengthBytes: REQUEST_BYTES },
      { addr: addr + REQUEST_BYTES, lengthBytes: RESPONSE_BYTES },
    ];
  }

  #response(writtenBytes: number): CZoneResponse {
    if (writtenBytes < RESPONSE_BYTES) return NO_ANSWER;
    const bytes = this.#transport.memory.memory.read(this.#addr + REQUEST_BYTES, RESPONSE_BYTES);
    return bytes === undefined ? NO_ANSWER : decodeResponse(bytes);
  }
}
