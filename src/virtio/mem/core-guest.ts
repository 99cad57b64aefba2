/**
 * The guest kernel behind the virtio-mem driver, on the core: memory blocks, their zones,
 * contiguous ranges. Keeps which page was in the way of each range that could not be unplugged.
 */

import { ADDRESS_LIMIT, expectSpan } from './request.ts';
import { FRAME_BYTES, PAGEBLOCK_BYTES } from '../../abi/unit.ts';
import type { FrameRange, MemoryBlocks, Obstacle, EmptyResult } from '../../guest/index.ts';
import type { MemDriver } from './driver.ts';
import type { AddResult, FakeOfflineResult, MemGuest, MemZone, RemoveResult } from './guest.ts';

/** A range that stayed plugged, and the page that kept it. */
export interface BlockedRange {
  readonly addr: number;
  readonly lengthBytes: number;
  readonly obstacle: Obstacle | undefined;
}

export class CoreMemGuest implements MemGuest {
  readonly memoryBlockBytes: number;
  readonly pageblockBytes: number = PAGEBLOCK_BYTES;
  readonly addressLimit: number;
  /** Set before the driver probes. */
  driver: MemDriver | undefined;
  private readonly _blocks: MemoryBlocks;
  private readonly _blocked: Map<number, BlockedRange> = new Map();

  constructor(blocks: MemoryBlocks, addressLimit: number = ADDRESS_LIMIT) {
    this._blocks = blocks;
    this.memoryBlockBytes = blocks.blockFrames * FRAME_BYTES;
    this.addressLimit = addressLimit;
  }

  /** Ranges whose last attempt failed, by address. */
  get blockedRanges(): readonly BlockedRange[] {
    return [...this._blocked.values()].toSorted((a, b) => a.addr - b.addr);
  }

  addMemory(addr: number, lengthBytes: number): AddResult {
    for (const start of this._starts(addr, lengthBytes)) {
      if (!this._blocks.add(start)) return this._undoAdd(addr, start);
    }
    for (const start of this._starts(addr, lengthBytes)) {
      const zone = this._blocks.zoneByPolicy(start);
      if (zone !== undefined) this.onlineBlock(start * FRAME_BYTES, zone);
    }
    return 'ok';
  }

  /** Onlines a block that was added, to a zone by number: by policy, or by hand. */
  onlineBlock(addr: number, zone: number): void {
    expectSpan(addr, 0);
    const start = addr / FRAME_BYTES;
    this._blocks.online(start, zone, this._pluggedIn(addr));
    this.driver?.memoryOnlined(addr, this.isMovable(addr) ? 'movable' : 'kernel');
  }

  fakeOnline(addr: number, lengthBytes: number): void {
    expectSpan(addr, lengthBytes);
    this._blocks.fakeOnline(addr / FRAME_BYTES, lengthBytes / FRAME_BYTES);
  }

  fakeOffline(addr: number, lengthBytes: number): FakeOfflineResult {
    expectSpan(addr, lengthBytes);
    const result = this._blocks.fakeOffline(addr / FRAME_BYTES, lengthBytes / FRAME_BYTES);
    this._note(addr, lengthBytes, result);
    return result;
  }

  removeMemory(addr: number, lengthBytes: number): void {
    for (const start of this._starts(addr, lengthBytes)) this._blocks.remove(start);
  }

  /**
   * All blocks go offline, or those that did come back: their memory belongs to the driver, so
   * nothing is in use.
   */
  offlineAndRemove(addr: number, lengthBytes: number): RemoveResult {
    const starts = this._starts(addr, lengthBytes);
    const zones: (readonly [number, MemZone])[] = [];
    for (const start of starts) {
      if (this._blocks.stateOf(start) !== 'online') continue;
      const zone = this._blocks.isMovable(start) ? 'movable' : 'kernel';
      const result = this._blocks.offline(start);
      if (result !== 'ok') {
        for (const [offline, was] of zones) this._comeBack(offline, was);
        return result;
      }
      zones.push([start, zone]);
    }
    this.removeMemory(addr, lengthBytes);
    return 'ok';
  }

  isMovable(addr: number): boolean {
    expectSpan(addr, 0);
    return this._blocks.isMovable(addr / FRAME_BYTES);
  }

  private _comeBack(start: number, zone: MemZone): void {
    const index = zone === 'movable' ? 3 : this._blocks.kernelZone(start);
    this._blocks.online(start, index, this._pluggedIn(start * FRAME_BYTES));
  }

  private _undoAdd(addr: number, failed: number): AddResult {
    for (const start of this._starts(addr, failed * FRAME_BYTES - addr)) this._blocks.remove(start);
    return 'no-memory';
  }

  private _note(addr: number, lengthBytes: number, result: EmptyResult): void {
    if (result === 'ok') {
      for (const key of this._blocked.keys()) {
        if (key >= addr && key < addr + lengthBytes) this._blocked.delete(key);
      }
      return;
    }
    this._blocked.set(addr, { addr, lengthBytes, obstacle: this._blocks.obstacle });
  }

  private _starts(addr: number, lengthBytes: number): number[] {
    expectSpan(addr, lengthBytes);
    const count = lengthBytes / this.memoryBlockBytes;
    const first = addr / FRAME_BYTES;
    return Array.from({ length: count }, (_, at) => first + at * this._blocks.blockFrames);
  }

  /** The plugged parts of a block, neighbours joined; undefined when all of it is plugged. */
  private _pluggedIn(addr: number): FrameRange[] | undefined {
    const ranges: { start: number; count: number }[] = [];
    const count = PAGEBLOCK_BYTES / FRAME_BYTES;
    for (let at = addr; at < addr + this.memoryBlockBytes; at += PAGEBLOCK_BYTES) {
      if (this.driver?.chunkState(at, PAGEBLOCK_BYTES) !== 'plugged') continue;
      const start = at / FRAME_BYTES;
      const last = ranges.at(-1);
      if (last !== undefined && last.start + last.count === start) last.count += count;
      else ranges.push({ start, count });
    }
    return ranges[0]?.count === this._blocks.blockFrames ? undefined : ranges;
  }
}
