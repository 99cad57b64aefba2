/**
 * One descriptor chain as the device sees it, after validation: buffers in order, readable ones first.
 * Reused from pop to pop, so that a queue allocates nothing per request.
 */

import { DESC_BYTES, DESC_INDIRECT, DESC_NEXT, DESC_WRITE } from '../constants.ts';
import type { GuestBytes } from '../memory.ts';
import type { QueueFault } from './fault.ts';

/** The descriptor being read; one per chain, overwritten by each step. */
interface Descriptor {
  addr: number;
  lengthBytes: number;
  flags: number;
  next: number;
}

export class DescriptorChain {
  /** Index of the first descriptor: what a used element names. */
  head = 0;
  count = 0;
  /** The first this many buffers are device-readable, the rest device-writable. */
  readableCount = 0;
  private readonly _addrs: number[] = [];
  private readonly _lengths: number[] = [];
  private readonly _current: Descriptor = { addr: 0, lengthBytes: 0, flags: 0, next: 0 };

  addr(index: number): number {
    return this._addrs[index] ?? 0;
  }

  lengthBytes(index: number): number {
    return this._lengths[index] ?? 0;
  }

  isWritable(index: number): boolean {
    return index >= this.readableCount;
  }

  writableBytes(): number {
    let bytes = 0;
    for (let i = this.readableCount; i < this.count; i++) bytes += this.lengthBytes(i);
    return bytes;
  }

  /** Follows the chain from `head`; a fault leaves the chain empty. */
  walk(
    memory: GuestBytes,
    descAddr: number,
    size: number,
    head: number,
    indirect: boolean,
  ): QueueFault | undefined {
    this.head = head;
    this.count = 0;
    this.readableCount = 0;
    const fault = this._follow(memory, descAddr, size, size, head, indirect ? 'allowed' : 'off');
    if (fault !== undefined) this.count = this.readableCount = 0;
    return fault;
  }

  /** `tableSize` bounds the indexes of this table, `limit` the buffers of the whole chain. */
  private _follow(
    memory: GuestBytes,
    tableAddr: number,
    tableSize: number,
    limit: number,
    first: number,
    indirect: 'allowed' | 'off' | 'inside',
  ): QueueFault | undefined {
    let index = first;
    const desc = this._current;
    for (let steps = 0; steps < limit; steps++) {
      if (index >= tableSize) return 'descriptor-index';
      if (!load(memory, tableAddr + DESC_BYTES * index, desc)) return 'ring-bounds';
      if ((desc.flags & DESC_INDIRECT) !== 0) {
        return this._enterTable(memory, limit, indirect);
      }
      const fault = this._append(memory, desc, limit);
      if (fault !== undefined) return fault;
      if ((desc.flags & DESC_NEXT) === 0) return undefined;
      index = desc.next;
    }
    return 'descriptor-loop';
  }

  /** An indirect descriptor ends the chain; the device ignores its WRITE flag. */
  private _enterTable(
    memory: GuestBytes,
    limit: number,
    indirect: 'allowed' | 'off' | 'inside',
  ): QueueFault | undefined {
    const { addr, lengthBytes, flags } = this._current;
    if (indirect === 'off') return 'indirect-not-negotiated';
    if (indirect === 'inside') return 'indirect-nested';
    if ((flags & DESC_NEXT) !== 0) return 'indirect-and-next';
    if (lengthBytes === 0 || lengthBytes % DESC_BYTES !== 0) return 'indirect-length';
    if (!memory.contains(addr, lengthBytes)) return 'indirect-bounds';
    return this._follow(memory, addr, lengthBytes / DESC_BYTES, limit, 0, 'inside');
  }

  private _append(memory: GuestBytes, desc: Descriptor, limit: number): QueueFault | undefined {
    if (this.count >= limit) return 'descriptor-loop';
    const writable = (desc.flags & DESC_WRITE) !== 0;
    if (!writable && this.readableCount < this.count) return 'readable-after-writable';
    if (desc.lengthBytes > 0 && !memory.contains(desc.addr, desc.lengthBytes)) {
      return 'buffer-bounds';
    }
    this._addrs[this.count] = desc.addr;
    this._lengths[this.count] = desc.lengthBytes;
    this.count++;
    if (!writable) this.readableCount++;
    return undefined;
  }
}

function load(memory: GuestBytes, addr: number, into: Descriptor): boolean {
  const bufferAddr = memory.readU64(addr);
  const lengthBytes = memory.readU32(addr + 8);
  const flags = memory.readU16(addr + 12);
  const next = memory.readU16(addr + 14);
  if (
    bufferAddr === undefined ||
    lengthBytes === undefined ||
    flags === undefined ||
    next === undefined
  ) {
    return false;
  }
  into.addr = bufferAddr;
  into.lengthBytes = lengthBytes;
  into.flags = flags;
  into.next = next;
  return true;
}
