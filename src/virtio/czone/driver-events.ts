/** The driver's event and statistics queues: buffers for the device to write into, numbers on demand. */

import { DriverQueue, type DriverQueueState } from '../queue/driver-queue.ts';
import type { DriverTransport, ProbeFailure } from '../transport.ts';
import { QUEUE_EVENT, QUEUE_STATS } from './config.ts';
import { decodeEvent, EVENT_BYTES, type CZoneEvent } from './event.ts';
import {
  encodeStats,
  STATS_HEADER_BYTES,
  STATS_MORE,
  ZONE_STATS_BYTES,
  type CZoneZoneStats,
} from './stats.ts';

const EVENT_SLOTS = 16;
const NO_EVENTS: readonly CZoneEvent[] = [];
/** What lies in a buffer that no event has been written to. */
const NO_BYTES = new Uint8Array(EVENT_BYTES);
const STATS_PER_MESSAGE = 16;
const STATS_BYTES = STATS_HEADER_BYTES + ZONE_STATS_BYTES * STATS_PER_MESSAGE;
/** A buffer whose place a copied driver does not remember. */
const UNKNOWN_SLOT = -1;

export interface EventsState {
  readonly addr: number;
  readonly queue: DriverQueueState;
}

export class DriverEvents {
  private readonly _transport: DriverTransport;
  private _queue!: DriverQueue<number>;
  private _addr = 0;

  constructor(transport: DriverTransport) {
    this._transport = transport;
  }

  setUp(): ProbeFailure | undefined {
    const queue = this._transport.setUpQueue<number>(QUEUE_EVENT);
    if (typeof queue === 'string') return queue;
    const addr = this._transport.memory.alloc(EVENT_BYTES * EVENT_SLOTS, 8);
    if (addr === undefined) return 'no-memory';
    this._queue = queue;
    this._addr = addr;
    for (let slot = 0; slot < EVENT_SLOTS; slot++) this._post(slot);
    return undefined;
  }

  kick(): void {
    this._transport.kick(QUEUE_EVENT, this._queue);
  }

  /** Events that have come, oldest request first; their buffers go back to the device. */
  take(): readonly CZoneEvent[] {
    const first = this._queue.takeUsed();
    if (first === undefined) return NO_EVENTS;
    const slots: number[] = [];
    for (
      let used: typeof first | undefined = first;
      used !== undefined;
      used = this._queue.takeUsed()
    ) {
      const slot = used.token === UNKNOWN_SLOT ? this._findWritten(slots) : used.token;
      if (slot !== undefined) slots.push(slot);
    }
    if (slots.length === 0) return NO_EVENTS;
    const events = slots.map((slot) => decodeEvent(this._bytes(slot)));
    for (const slot of slots) this._post(slot);
    this.kick();
    return events.toSorted((a, b) => a.requestId - b.requestId || a.type - b.type);
  }

  save(): EventsState {
    return { addr: this._addr, queue: this._queue.save() };
  }

  load(state: EventsState): void {
    this._addr = state.addr;
    this._queue = DriverQueue.restore(this._transport.memory, state.queue, UNKNOWN_SLOT);
  }

  /** Buffers are zero until the device writes them, so a written one can be told. */
  private _findWritten(taken: readonly number[]): number | undefined {
    for (let slot = 0; slot < EVENT_SLOTS; slot++) {
      if (!taken.includes(slot) && decodeEvent(this._bytes(slot)).type !== 0) return slot;
    }
    return undefined;
  }

  private _post(slot: number): void {
    const addr = this._addr + EVENT_BYTES * slot;
    this._transport.memory.memory.write(addr, NO_BYTES);
    this._queue.add([{ addr, lengthBytes: EVENT_BYTES }], 0, slot);
  }

  private _bytes(slot: number): Uint8Array {
    const addr = this._addr + EVENT_BYTES * slot;
    return (
      this._transport.memory.memory.read(addr, EVENT_BYTES)?.slice() ?? new Uint8Array(EVENT_BYTES)
    );
  }
}

export class DriverStats {
  private readonly _transport: DriverTransport;
  private _waiting: Uint8Array[] = [];
  private _queue: DriverQueue<null> | undefined;
  private _addr = 0;
  private _isSent = false;

  constructor(transport: DriverTransport) {
    this._transport = transport;
  }

  setUp(): ProbeFailure | undefined {
    const queue = this._transport.setUpQueue<null>(QUEUE_STATS);
    if (typeof queue === 'string') return queue;
    const addr = this._transport.memory.alloc(STATS_BYTES, 8);
    if (addr === undefined) return 'no-memory';
    this._queue = queue;
    this._addr = addr;
    return undefined;
  }

  /** Answers a request, in as many messages as the zones need. */
  send(requestId: number, zones: readonly CZoneZoneStats[]): void {
    this._waiting = [];
    for (let i = 0; i < zones.length; i += STATS_PER_MESSAGE) {
      const part = zones.slice(i, i + STATS_PER_MESSAGE);
      const flags = i + STATS_PER_MESSAGE < zones.length ? STATS_MORE : 0;
      this._waiting.push(encodeStats({ requestId, flags, zones: part }));
    }
    this.poll();
  }

  /** Sends the next message when the device has read the one before. */
  poll(): void {
    const queue = this._queue;
    if (queue === undefined) return;
    for (;;) {
      if (this._isSent && queue.takeUsed() === undefined) return;
      this._isSent = false;
      const bytes = this._waiting.shift();
      if (bytes === undefined) return;
      this._transport.memory.memory.write(this._addr, bytes);
      if (!queue.add([{ addr: this._addr, lengthBytes: bytes.length }], 1, null)) return;
      this._isSent = true;
      this._transport.kick(QUEUE_STATS, queue);
    }
  }

  save(): EventsState | undefined {
    return this._queue === undefined ? undefined : { addr: this._addr, queue: this._queue.save() };
  }

  load(state: EventsState): void {
    this._addr = state.addr;
    this._queue = DriverQueue.restore(this._transport.memory, state.queue, null);
    this._isSent = state.queue.pending.length > 0;
  }
}
