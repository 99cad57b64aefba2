/**
 * The driver side of a split virtqueue as Linux's virtio_ring behaves: free descriptors form a LIFO
 * that starts 0, 1, 2, …; a chain goes back in front of it; a device that returns an id which is no
 * head breaks the queue for good. One thread, so no barriers.
 */

import { COUNT, FLAG, type Shape, expectShape } from '../../check/index.ts';
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

const STATE: Shape = {
  layout: { size: COUNT, descAddr: COUNT, availAddr: COUNT, usedAddr: COUNT },
  options: { eventIdx: FLAG, indirect: FLAG },
  freeHead: COUNT,
  freeCount: COUNT,
  availIdx: COUNT,
  lastUsed: COUNT,
  next: [COUNT],
  pending: [{ head: COUNT, count: COUNT }],
};

interface Pending<Token> {
  readonly token: Token;
  readonly count: number;
  readonly table: QueueBuffer | undefined;
}

export class DriverQueue<Token = unknown> {
  readonly layout: QueueLayout;
  readonly options: QueueOptions;
  private readonly _source: DriverMemory;
  private readonly _memory: GuestBytes;
  private readonly _next: Uint16Array;
  private readonly _pending: (Pending<Token> | undefined)[] = [];
  private _freeHead = 0;
  private _freeCount: number;
  private _availIdx = 0;
  private _addedCount = 0;
  private _lastUsed = 0;
  private _isBroken = false;

  constructor(source: DriverMemory, layout: QueueLayout, options: QueueOptions) {
    this._source = source;
    this._memory = source.memory;
    this.layout = layout;
    this.options = options;
    this._freeCount = layout.size;
    this._next = new Uint16Array(layout.size);
    for (let i = 0; i < layout.size; i++) this._next[i] = i + 1;
  }

  get freeCount(): number {
    return this._freeCount;
  }

  /** Set when the device broke the rules; the queue then refuses everything. */
  get isBroken(): boolean {
    return this._isBroken;
  }

  /**
   * Offers a chain: the first `readableCount` buffers to read, the others to write. No chain may be
   * longer than the queue, in a table of its own neither (2.7.5.3.1).
   */
  add(buffers: readonly QueueBuffer[], readableCount: number, token: Token): boolean {
    if (this._isBroken || buffers.length === 0 || buffers.length > this.layout.size) return false;
    const table =
      this.options.indirect && buffers.length > 1 && this._freeCount > 0
        ? this._source.alloc(DESC_BYTES * buffers.length, DESC_BYTES)
        : undefined;
    const needed = table === undefined ? buffers.length : 1;
    if (needed > this._freeCount) return false;
    const head = this._freeHead;
    let tableBuffer: QueueBuffer | undefined;
    if (table === undefined) {
      this._freeHead = this._writeDirect(buffers, readableCount, head);
    } else {
      tableBuffer = { addr: table, lengthBytes: DESC_BYTES * buffers.length };
      this._writeTable(buffers, readableCount, tableBuffer, head);
      this._freeHead = this._next[head] ?? 0;
    }
    this._freeCount -= needed;
    this._pending[head] = { token, count: needed, table: tableBuffer };
    this._publish(head);
    return true;
  }

  /** Must the device be told about the buffers added since the last call? */
  takeKick(): boolean {
    const next = this._availIdx;
    const old = (next - this._addedCount) & 0xffff;
    this._addedCount = 0;
    const { size, usedAddr } = this.layout;
    if (this.options.eventIdx) {
      return needEvent(this._memory.readU16(usedAddr + 4 + 8 * size) ?? old, next, old);
    }
    return ((this._memory.readU16(usedAddr) ?? 0) & USED_NO_NOTIFY) === 0;
  }

  /** The next returned buffer, in the order in which the device returned them. */
  takeUsed(): UsedBuffer<Token> | undefined {
    const { size, usedAddr, availAddr } = this.layout;
    const usedIdx = this._memory.readU16(usedAddr + 2);
    if (this._isBroken || usedIdx === undefined || usedIdx === this._lastUsed) return undefined;
    const elementAddr = usedAddr + 4 + 8 * (this._lastUsed % size);
    const id = this._memory.readU32(elementAddr) ?? size;
    const pending = id < size ? this._pending[id] : undefined;
    if (pending === undefined) {
      this._isBroken = true;
      return undefined;
    }
    const writtenBytes = this._memory.readU32(elementAddr + 4) ?? 0;
    this._detach(id, pending);
    this._lastUsed = (this._lastUsed + 1) & 0xffff;
    if (this.options.eventIdx) this._memory.writeU16(availAddr + 4 + 2 * size, this._lastUsed);
    return { token: pending.token, writtenBytes };
  }

  save(): DriverQueueState {
    const pending = this._pending.flatMap((entry, head) =>
      entry === undefined ? [] : [{ head, count: entry.count, table: entry.table }],
    );
    return {
      layout: this.layout,
      options: this.options,
      freeHead: this._freeHead,
      freeCount: this._freeCount,
      availIdx: this._availIdx,
      lastUsed: this._lastUsed,
      next: Array.from(this._next),
      pending,
    };
  }

  /** A queue in the saved state; its ring is in `source` already. */
  static restore<Token>(
    source: DriverMemory,
    state: DriverQueueState,
    token: Token,
  ): DriverQueue<Token> {
    expectShape('queue', state, STATE);
    const queue = new DriverQueue<Token>(source, state.layout, state.options);
    queue._freeHead = state.freeHead;
    queue._freeCount = state.freeCount;
    queue._availIdx = state.availIdx;
    queue._lastUsed = state.lastUsed;
    queue._next.set(state.next);
    for (const { head, count, table } of state.pending) {
      queue._pending[head] = { token, count, table };
    }
    return queue;
  }

  private _writeDirect(
    buffers: readonly QueueBuffer[],
    readableCount: number,
    head: number,
  ): number {
    let index = head;
    for (let i = 0; i < buffers.length; i++) {
      const next = this._next[index] ?? 0;
      const addr = this.layout.descAddr + DESC_BYTES * index;
      this._writeDescriptor(addr, buffers, i, readableCount, next);
      index = next;
    }
    return index;
  }

  private _writeTable(
    buffers: readonly QueueBuffer[],
    readableCount: number,
    table: QueueBuffer,
    head: number,
  ): void {
    for (let i = 0; i < buffers.length; i++) {
      this._writeDescriptor(table.addr + DESC_BYTES * i, buffers, i, readableCount, i + 1);
    }
    const addr = this.layout.descAddr + DESC_BYTES * head;
    this._memory.writeU64(addr, table.addr);
    this._memory.writeU32(addr + 8, table.lengthBytes);
    this._memory.writeU16(addr + 12, DESC_INDIRECT);
    this._memory.writeU16(addr + 14, 0);
  }

  private _writeDescriptor(
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
    this._memory.writeU64(addr, buffer.addr);
    this._memory.writeU32(addr + 8, buffer.lengthBytes);
    this._memory.writeU16(addr + 12, flags);
    this._memory.writeU16(addr + 14, next);
  }

  private _publish(head: number): void {
    const { size, availAddr } = this.layout;
    this._memory.writeU16(availAddr + 4 + 2 * (this._availIdx % size), head);
    this._availIdx = (this._availIdx + 1) & 0xffff;
    this._memory.writeU16(availAddr + 2, this._availIdx);
    this._addedCount++;
  }

  private _detach(head: number, pending: Pending<Token>): void {
    this._pending[head] = undefined;
    let last = head;
    for (let i = 1; i < pending.count; i++) last = this._next[last] ?? 0;
    this._next[last] = this._freeHead;
    this._freeHead = head;
    this._freeCount += pending.count;
    if (pending.table !== undefined) {
      this._source.free(pending.table.addr, pending.table.lengthBytes);
    }
  }
}
