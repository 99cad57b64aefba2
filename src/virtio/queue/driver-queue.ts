/**
 * The driver side of a split virtqueue as Linux's virtio_ring behaves: free descriptors form a LIFO
 * that starts 0, 1, 2, …; a chain goes back in front of it; a device that returns an id which is no
 * head breaks the queue for good. One thread, so no barriers.
 */

import { DESC_BYTES, DESC_INDIRECT, DESC_NEXT, DESC_WRITE, USED_NO_NOTIFY } from '../constants.ts';
import type { DriverMemory, GuestBytes } from '../memory.ts';
import type { QueueLayout, QueueOptions } from './layout.ts';
import { needEvent } from './need-event.ts';

export interface QueueBuffer {
  readonly addr: number;
  readonly lengthBytes: number;
}

export interface UsedBuffer<Token> {
  readonly token: Token;
  readonly writtenBytes: number;
}

/** Everything beside the ring bytes. Tokens are not kept: whoever loads it gives one for all. */
export interface DriverQueueState {
  readonly layout: QueueLayout;
  readonly options: QueueOptions;
  readonly freeHead: number;
  readonly freeCount: number;
  readonly availIdx: number;
  readonly lastUsed: number;
  readonly next: readonly number[];
  readonly pending: readonly {
    readonly head: number;
    readonly count: number;
    readonly table: QueueBuffer | undefined;
  }[];
}

interface Pending<Token> {
  readonly token: Token;
  readonly count: number;
  readonly table: QueueBuffer | undefined;
}

export class DriverQueue<Token = unknown> {
  readonly layout: QueueLayout;
  readonly options: QueueOptions;
  readonly #source: DriverMemory;
  readonly #memory: GuestBytes;
  readonly #next: Uint16Array;
  readonly #pending: (Pending<Token> | undefined)[] = [];
  #freeHead = 0;
  #freeCount: number;
  #availIdx = 0;
  #addedCount = 0;
  #lastUsed = 0;
  #isBroken = false;

  constructor(source: DriverMemory, layout: QueueLayout, options: QueueOptions) {
    this.#source = source;
    this.#memory = source.memory;
    this.layout = layout;
    this.options = options;
    this.#freeCount = layout.size;
    this.#next = new Uint16Array(layout.size);
    for (let i = 0; i < layout.size; i++) this.#next[i] = i + 1;
  }

  get freeCount(): number {
    return this.#freeCount;
  }

  /** Set when the device broke the rules; the queue then refuses everything. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Offers a chain: the first `readableCount` buffers to read, the others to write. No chain may be
   * longer than the queue, in a table of its own neither (2.7.5.3.1).
   */
  add(buffers: readonly QueueBuffer[], readableCount: number, token: Token): boolean {
    if (this.#isBroken || buffers.length === 0 || buffers.length > this.layout.size) return false;
    const table =
      this.options.indirect && buffers.length > 1 && this.#freeCount > 0
        ? this.#source.alloc(DESC_BYTES * buffers.length, DESC_BYTES)
        : undefined;
    const needed = table === undefined ? buffers.length : 1;
    if (needed > this.#freeCount) return false;
    const head = this.#freeHead;
    let tableBuffer: QueueBuffer | undefined;
    if (table === undefined) {
      this.#freeHead = this.#writeDirect(buffers, readableCount, head);
    } else {
      tableBuffer = { addr: table, lengthBytes: DESC_BYTES * buffers.length };
      this.#writeTable(buffers, readableCount, tableBuffer, head);
      this.#freeHead = this.#next[head] ?? 0;
    }
    this.#freeCount -= needed;
    this.#pending[head] = { token, count: needed, table: tableBuffer };
    this.#publish(head);
    return true;
  }

  /** Must the device be told about the buffers added since the last call? */
  takeKick(): boolean {
    const next = this.#availIdx;
    const old = (next - this.#addedCount) & 0xffff;
    this.#addedCount = 0;
    const { size, usedAddr } = this.layout;
    if (this.options.eventIdx) {
      return needEvent(this.#memory.readU16(usedAddr + 4 + 8 * size) ?? old, next, old);
    }
    return ((this.#memory.readU16(usedAddr) ?? 0) & USED_NO_NOTIFY) === 0;
  }

  /** The next returned buffer, in the order in which the device returned them. */
  takeUsed(): UsedBuffer<Token> | undefined {
    const { size, usedAddr, availAddr } = this.layout;
    const usedIdx = this.#memory.readU16(usedAddr + 2);
    if (this.#isBroken || usedIdx === undefined || usedIdx === this.#lastUsed) return undefined;
    const elementAddr = usedAddr + 4 + 8 * (this.#lastUsed % size);
    const id = this.#memory.readU32(elementAddr) ?? size;
    const pending = id < size ? this.#pending[id] : undefined;
    if (pending === undefined) {
      this.#isBroken = true;
      return undefined;
    }
    const writtenBytes = this.#memory.readU32(elementAddr + 4) ?? 0;
    this.#detach(id, pending);
    this.#lastUsed = (this.#lastUsed + 1) & 0xffff;
    if (this.options.eventIdx) this.#memory.writeU16(availAddr + 4 + 2 * size, this.#lastUsed);
    return { token: pending.token, writtenBytes };
  }

  save(): DriverQueueState {
    const pending = this.#pending.flatMap((entry, head) =>
      entry === undefined ? [] : [{ head, count: entry.count, table: entry.table }],
    );
    return {
      layout: this.layout,
      options: this.options,
      freeHead: this.#freeHead,
      freeCount: this.#freeCount,
      availIdx: this.#availIdx,
      lastUsed: this.#lastUsed,
      next: Array.from(this.#next),
      pending,
    };
  }

  /** A queue in the saved state; its ring is in `source` already. */
  static restore<Token>(
    source: DriverMemory,
    state: DriverQueueState,
    token: Token,
  ): DriverQueue<Token> {
    const queue = new DriverQueue<Token>(source, state.layout, state.options);
    queue.#freeHead = state.freeHead;
    queue.#freeCount = state.freeCount;
    queue.#availIdx = state.availIdx;
    queue.#lastUsed = state.lastUsed;
    queue.#next.set(state.next);
    for (const { head, count, table } of state.pending) {
      queue.#pending[head] = { token, count, table };
    }
    return queue;
  }

  #writeDirect(buffers: readonly QueueBuffer[], readableCount: number, head: number): number {
    let index = head;
    for (let i = 0; i < buffers.length; i++) {
      const next = this.#next[index] ?? 0;
      const addr = this.layout.descAddr + DESC_BYTES * index;
      this.#writeDescriptor(addr, buffers, i, readableCount, next);
      index = next;
    }
    return index;
  }

  #writeTable(
    buffers: readonly QueueBuffer[],
    readableCount: number,
    table: QueueBuffer,
    head: number,
  ): void {
    for (let i = 0; i < buffers.length; i++) {
      this.#writeDescriptor(table.addr + DESC_BYTES * i, buffers, i, readableCount, i + 1);
    }
    const addr = this.layout.descAddr + DESC_BYTES * head;
    this.#memory.writeU64(addr, table.addr);
    this.#memory.writeU32(addr + 8, table.lengthBytes);
    this.#memory.writeU16(addr + 12, DESC_INDIRECT);
    this.#memory.writeU16(addr + 14, 0);
  }

  #writeDescriptor(
    addr: number,
    buffers: readonly QueueBuffer[],
    i: number,
    readableCount: number,
    next: number,
  ): void {
    const buffer = buffers[i];
    if (buffer === undefined) return;
    const isLast = i === buffers.length - 1;
    const flags = (isLast ? 0 : DESC_NEXT) | (i >= readableCount ? DESC_WRITE : 0);
    this.#memory.writeU64(addr, buffer.addr);
    this.#memory.writeU32(addr + 8, buffer.lengthBytes);
    this.#memory.writeU16(addr + 12, flags);
    this.#memory.writeU16(addr + 14, next);
  }

  #publish(head: number): void {
    const { size, availAddr } = this.layout;
    this.#memory.writeU16(availAddr + 4 + 2 * (this.#availIdx % size), head);
    this.#availIdx = (this.#availIdx + 1) & 0xffff;
    this.#memory.writeU16(availAddr + 2, this.#availIdx);
    this.#addedCount++;
  }

  #detach(head: number, pending: Pending<Token>): void {
    this.#pending[head] = undefined;
    let last = head;
    for (let i = 1; i < pending.count; i++) last = this.#next[last] ?? 0;
    this.#next[last] = this.#freeHead;
    this.#freeHead = head;
    this.#freeCount += pending.count;
    if (pending.table !== undefined) {
      this.#source.free(pending.table.addr, pending.table.lengthBytes);
    }
  }
}
