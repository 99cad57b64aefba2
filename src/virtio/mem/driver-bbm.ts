/**
 * Big-block mode of the virtio-mem driver: whole blocks of one or more memory blocks are plugged and
 * unplugged (docs/linux-memory.md D.3, D.6). Used when the device's block is as large as a memory block.
 */

import { expectSpan } from './request.ts';
import { expectShape } from '../../check/index.ts';
import {
  MODE,
  type MemLink,
  type MemMode,
  type MemModeState,
  type Outcome,
  type Work,
} from './driver-link.ts';
import type { MemZone } from './guest.ts';

export const BBM_UNUSED = 0;
/** Plugged, but adding it failed. */
export const BBM_PLUGGED = 1;
export const BBM_ADDED = 2;
export const BBM_FAKE_OFFLINE = 3;

export class BigBlockMode implements MemMode {
  readonly kind = 'big-block';
  readonly unitBytes: number;
  private readonly _link: MemLink;
  private readonly _memoryBlockBytes: number;
  private readonly _firstAddr: number;
  private readonly _states: number[] = [];
  /** Zone of each memory block that is online, by address. */
  private readonly _online = new Map<number, MemZone>();
  private _usableBlocks = 0;
  private _hasLeftover = false;

  constructor(link: MemLink, regionAddr: number, bigBlockBytes: number) {
    this._link = link;
    this.unitBytes = bigBlockBytes;
    this._memoryBlockBytes = link.guest.memoryBlockBytes;
    this._firstAddr = Math.ceil(regionAddr / bigBlockBytes) * bigBlockBytes;
  }

  get hasLeftover(): boolean {
    return this._hasLeftover;
  }

  get states(): readonly number[] {
    return this._states;
  }

  setUsableEnd(addr: number): void {
    this._usableBlocks = Math.max(0, Math.floor((addr - this._firstAddr) / this.unitBytes));
  }

  *cleanUp(): Work<Outcome> {
    for (const block of this._inState(BBM_PLUGGED)) {
      const outcome = yield* this._link.sendUnplug(this._addr(block), this.unitBytes);
      if (outcome !== 'ok') return outcome;
      this._states[block] = BBM_UNUSED;
    }
    if (!this._hasLeftover) return 'ok';
    this._hasLeftover = false;
    for (const block of this._inState(BBM_FAKE_OFFLINE)) {
      const outcome = yield* this._removeAndUnplug(block);
      if (outcome === 'busy' || outcome === 'no-memory') this._hasLeftover = true;
      else if (outcome !== 'ok') return outcome;
    }
    return 'ok';
  }

  *plug(lengthBytes: number): Work<Outcome> {
    let blocks = Math.floor(lengthBytes / this.unitBytes);
    for (const block of this._inState(BBM_UNUSED)) {
      if (blocks === 0) return 'ok';
      const outcome = yield* this._plugAndAdd(block);
      if (outcome !== 'ok') return outcome;
      blocks--;
    }
    for (; blocks > 0; blocks--) {
      if (!this._link.canAdd(this.unitBytes)) return 'no-space';
      if (this._states.length >= this._usableBlocks) return 'no-space';
      const outcome = yield* this._plugAndAdd(this._states.push(BBM_UNUSED) - 1);
      if (outcome !== 'ok') return outcome;
    }
    return 'ok';
  }

  /** Offline blocks first, then blocks all in ZONE_MOVABLE, then any. */
  *unplug(lengthBytes: number): Work<Outcome> {
    let blocks = Math.floor(lengthBytes / this.unitBytes);
    if (blocks === 0) return 'ok';
    for (const pass of ['offline', 'movable', 'any'] as const) {
      for (const block of this._inState(BBM_ADDED).toReversed()) {
        if (!this._isWanted(block, pass)) continue;
        const outcome = yield* this._offlineAndUnplug(block);
        if (outcome === 'busy') continue;
        if (outcome !== 'ok') return outcome;
        blocks--;
        if (blocks === 0) return 'ok';
      }
      if (!this._link.unplugsOnline) break;
    }
    return 'busy';
  }

  chunkState(addr: number): 'plugged' | 'unplugged' {
    expectSpan(addr, 0);
    const state = this._states[Math.floor((addr - this._firstAddr) / this.unitBytes)];
    return state === BBM_ADDED ? 'plugged' : 'unplugged';
  }

  onlined(addr: number, zone: MemZone): void {
    expectSpan(addr, 0);
    if (this._online.has(addr)) return;
    this._online.set(addr, zone);
    this._link.offlineChanged(-this._memoryBlockBytes);
  }

  save(): MemModeState {
    return {
      states: [...this._states],
      plugged: [],
      online: [...this._online],
      hasLeftover: this._hasLeftover,
    };
  }

  load(state: MemModeState): void {
    expectShape('mode', state, MODE);
    this._states.push(...state.states);
    for (const [addr, zone] of state.online) this._online.set(addr, zone);
    this._hasLeftover = state.hasLeftover;
  }

  private *_plugAndAdd(block: number): Work<Outcome> {
    if (!this._link.canAdd(this.unitBytes)) return 'no-space';
    const plugged = yield* this._link.sendPlug(this._addr(block), this.unitBytes);
    if (plugged !== 'ok') return plugged;
    this._states[block] = BBM_ADDED;
    this._link.offlineChanged(this.unitBytes);
    const added = this._link.guest.addMemory(this._addr(block), this.unitBytes);
    if (added === 'ok') return 'ok';
    this._link.offlineChanged(-this.unitBytes);
    const undone = yield* this._link.sendUnplug(this._addr(block), this.unitBytes);
    this._states[block] = undone === 'ok' ? BBM_UNUSED : BBM_PLUGGED;
    return added === 'no-memory' ? 'no-memory' : 'broken';
  }

  /** Every online memory block of it is taken out of use first, or none is. */
  private *_offlineAndUnplug(block: number): Work<Outcome> {
    const done: number[] = [];
    for (const addr of this._memoryBlocks(block)) {
      if (!this._online.has(addr)) continue;
      const result = this._link.fakeOffline(addr, this._memoryBlockBytes);
      if (result !== 'ok') {
        if (result === 'busy') this._link.skipped(addr, this._memoryBlockBytes);
        this._giveBack(done);
        return result;
      }
      done.push(addr);
    }
    this._states[block] = BBM_FAKE_OFFLINE;
    const outcome = yield* this._removeAndUnplug(block);
    if (this._states[block] === BBM_FAKE_OFFLINE) {
      this._states[block] = BBM_ADDED;
      this._giveBack(done);
    }
    return outcome;
  }

  /** Leaves the state alone when the memory could not be removed. */
  private *_removeAndUnplug(block: number): Work<Outcome> {
    const addr = this._addr(block);
    const removed = this._link.guest.offlineAndRemove(addr, this.unitBytes);
    if (removed !== 'ok') return removed;
    for (const memoryBlock of this._memoryBlocks(block)) {
      if (!this._online.delete(memoryBlock)) this._link.offlineChanged(-this._memoryBlockBytes);
    }
    const outcome = yield* this._link.sendUnplug(addr, this.unitBytes);
    this._states[block] = outcome === 'ok' ? BBM_UNUSED : BBM_PLUGGED;
    this._link.retry();
    return outcome;
  }

  private _giveBack(memoryBlocks: readonly number[]): void {
    for (const addr of memoryBlocks) this._link.guest.fakeOnline(addr, this._memoryBlockBytes);
  }

  private _isWanted(block: number, pass: 'offline' | 'movable' | 'any'): boolean {
    if (pass === 'any') return true;
    const zones = this._memoryBlocks(block).map((addr) => this._online.get(addr));
    if (pass === 'offline') return zones.every((zone) => zone === undefined);
    return zones.every((zone) => zone === 'movable');
  }

  private _memoryBlocks(block: number): number[] {
    const count = this.unitBytes / this._memoryBlockBytes;
    const addr = this._addr(block);
    return Array.from({ length: count }, (_, i) => addr + i * this._memoryBlockBytes);
  }

  private _inState(state: number): number[] {
    return this._states.flatMap((found, block) => (found === state ? [block] : []));
  }

  private _addr(block: number): number {
    return this._firstAddr + block * this.unitBytes;
  }
}
