/**
 * Sub-block mode of the virtio-mem driver: a state for each memory block, and which of its sub-blocks are
 * plugged (docs/linux-memory.md D.4 to D.6). Used when a sub-block is smaller than a memory block.
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

/** States of a memory block. A partial state is the full state plus one. */
export const SBM_UNUSED = 0;
export const SBM_PLUGGED = 1;
export const SBM_OFFLINE = 2;
export const SBM_OFFLINE_PARTIAL = 3;
export const SBM_KERNEL = 4;
export const SBM_KERNEL_PARTIAL = 5;
export const SBM_MOVABLE = 6;
export const SBM_MOVABLE_PARTIAL = 7;

const PLUG_ORDER = [SBM_KERNEL_PARTIAL, SBM_MOVABLE_PARTIAL, SBM_OFFLINE_PARTIAL] as const;
const UNPLUG_OFFLINE_ORDER = [SBM_OFFLINE_PARTIAL, SBM_OFFLINE] as const;
const UNPLUG_ONLINE_ORDER = [
  SBM_MOVABLE_PARTIAL,
  SBM_KERNEL_PARTIAL,
  SBM_MOVABLE,
  SBM_KERNEL,
] as const;

/** What is left to do, counted down as it is done. */
interface Budget {
  subblocks: number;
}

export class SubBlockMode implements MemMode {
  readonly kind = 'sub-block';
  readonly unitBytes: number;
  private readonly _link: MemLink;
  private readonly _blockBytes: number;
  private readonly _perBlock: number;
  /** First whole memory block of the region. */
  private readonly _firstAddr: number;
  /** By memory block, in address order; grows as blocks are first used. */
  private readonly _states: number[] = [];
  private readonly _plugged: Uint8Array[] = [];
  private _usableBlocks = 0;
  private _hasLeftover = false;

  constructor(link: MemLink, regionAddr: number, subblockBytes: number) {
    this._link = link;
    this.unitBytes = subblockBytes;
    this._blockBytes = link.guest.memoryBlockBytes;
    this._perBlock = this._blockBytes / subblockBytes;
    this._firstAddr = Math.ceil(regionAddr / this._blockBytes) * this._blockBytes;
  }

  get hasLeftover(): boolean {
    return this._hasLeftover;
  }

  /** States by memory block, for tests and views. */
  get states(): readonly number[] {
    return this._states;
  }

  setUsableEnd(addr: number): void {
    this._usableBlocks = Math.max(0, Math.floor((addr - this._firstAddr) / this._blockBytes));
  }

  *cleanUp(): Work<Outcome> {
    for (const block of this._inState(SBM_PLUGGED)) {
      const outcome = yield* this._unplugDown(block, { subblocks: this._perBlock });
      if (outcome !== 'ok') return outcome;
      this._states[block] = SBM_UNUSED;
    }
    if (!this._hasLeftover) return 'ok';
    this._hasLeftover = false;
    for (const state of [SBM_OFFLINE_PARTIAL, SBM_KERNEL_PARTIAL, SBM_MOVABLE_PARTIAL]) {
      for (const block of this._inState(state)) this._removeIfEmpty(block);
    }
    return 'ok';
  }

  *plug(lengthBytes: number): Work<Outcome> {
    const budget = { subblocks: Math.floor(lengthBytes / this.unitBytes) };
    if (budget.subblocks === 0) return 'ok';
    for (const state of PLUG_ORDER) {
      for (const block of this._inState(state)) {
        const outcome = yield* this._fill(block, budget);
        if (outcome !== 'ok' || budget.subblocks === 0) return outcome;
      }
    }
    for (const block of this._inState(SBM_UNUSED)) {
      const outcome = yield* this._plugAndAdd(block, budget);
      if (outcome !== 'ok' || budget.subblocks === 0) return outcome;
    }
    while (budget.subblocks > 0) {
      if (!this._link.canAdd(this._blockBytes)) return 'no-space';
      if (this._states.length >= this._usableBlocks) return 'no-space';
      const block = this._states.push(SBM_UNUSED) - 1;
      this._plugged[block] = new Uint8Array(this._perBlock);
      const outcome = yield* this._plugAndAdd(block, budget);
      if (outcome !== 'ok') return outcome;
    }
    return 'ok';
  }

  *unplug(lengthBytes: number): Work<Outcome> {
    const budget = { subblocks: Math.floor(lengthBytes / this.unitBytes) };
    if (budget.subblocks === 0) return 'ok';
    for (const state of UNPLUG_OFFLINE_ORDER) {
      for (const block of this._inState(state).toReversed()) {
        const outcome = yield* this._emptyOffline(block, budget);
        if (outcome !== 'ok' || budget.subblocks === 0) return outcome;
      }
    }
    if (!this._link.unplugsOnline) return 'busy';
    for (const state of UNPLUG_ONLINE_ORDER) {
      for (const block of this._inState(state).toReversed()) {
        const outcome = yield* this._emptyOnline(block, budget);
        if (outcome !== 'ok' || budget.subblocks === 0) return outcome;
      }
    }
    return 'busy';
  }

  chunkState(addr: number, lengthBytes: number): 'plugged' | 'unplugged' | 'mixed' {
    expectSpan(addr, lengthBytes);
    const first = Math.floor((addr - this._firstAddr) / this.unitBytes);
    const last = Math.floor((addr + lengthBytes - 1 - this._firstAddr) / this.unitBytes);
    let count = 0;
    for (let i = first; i <= last; i++) {
      count += this._plugged[Math.floor(i / this._perBlock)]?.[i % this._perBlock] ?? 0;
    }
    if (count === 0) return 'unplugged';
    return count === last - first + 1 ? 'plugged' : 'mixed';
  }

  onlined(addr: number, zone: MemZone): void {
    expectSpan(addr, 0);
    const block = this._blockOf(addr);
    const state = this._states[block];
    if (state !== SBM_OFFLINE && state !== SBM_OFFLINE_PARTIAL) return;
    const full = zone === 'movable' ? SBM_MOVABLE : SBM_KERNEL;
    this._states[block] = full + (state - SBM_OFFLINE);
    this._link.offlineChanged(-this._blockBytes);
  }

  save(): MemModeState {
    return {
      states: [...this._states],
      plugged: this._plugged.map((map) => map.slice()),
      online: [],
      hasLeftover: this._hasLeftover,
    };
  }

  load(state: MemModeState): void {
    expectShape('mode', state, MODE);
    this._states.push(...state.states);
    this._plugged.push(...state.plugged.map((map) => map.slice()));
    this._hasLeftover = state.hasLeftover;
  }

  /** Plugs what is missing of a block, run by run from its start. */
  private *_fill(block: number, budget: Budget): Work<Outcome> {
    const plugged = this._map(block);
    const state = this._states[block] ?? SBM_UNUSED;
    while (budget.subblocks > 0) {
      const first = plugged.indexOf(0);
      if (first < 0) break;
      let count = 1;
      while (count < budget.subblocks && plugged[first + count] === 0) count++;
      const outcome = yield* this._plugRun(block, first, count);
      if (outcome !== 'ok') return outcome;
      budget.subblocks -= count;
      if (state !== SBM_OFFLINE_PARTIAL) {
        this._link.guest.fakeOnline(this._addr(block, first), count * this.unitBytes);
      }
    }
    if (!plugged.includes(0)) this._states[block] = state - 1;
    return 'ok';
  }

  /** Plugs the start of a block that holds nothing and hands the whole block to the kernel. */
  private *_plugAndAdd(block: number, budget: Budget): Work<Outcome> {
    if (!this._link.canAdd(this._blockBytes)) return 'no-space';
    const count = Math.min(budget.subblocks, this._perBlock);
    const plugged = yield* this._plugRun(block, 0, count);
    if (plugged !== 'ok') return plugged;
    // The state comes first: adding may put the block online at once.
    this._states[block] = count === this._perBlock ? SBM_OFFLINE : SBM_OFFLINE_PARTIAL;
    this._link.offlineChanged(this._blockBytes);
    const added = this._link.guest.addMemory(this._addr(block, 0), this._blockBytes);
    if (added === 'ok') {
      budget.subblocks -= count;
      return 'ok';
    }
    this._link.offlineChanged(-this._blockBytes);
    const undone = yield* this._unplugRun(block, 0, count);
    this._states[block] = undone === 'ok' ? SBM_UNUSED : SBM_PLUGGED;
    return added === 'no-memory' ? 'no-memory' : 'broken';
  }

  private *_emptyOffline(block: number, budget: Budget): Work<Outcome> {
    const outcome = yield* this._unplugDown(block, budget);
    const plugged = this._map(block);
    if (plugged.includes(0)) this._states[block] = SBM_OFFLINE_PARTIAL;
    if (outcome !== 'ok') return outcome;
    if (!plugged.includes(1)) {
      this._states[block] = SBM_UNUSED;
      this._link.guest.removeMemory(this._addr(block, 0), this._blockBytes);
      this._link.offlineChanged(-this._blockBytes);
      this._link.retry();
    }
    return 'ok';
  }

  /** Unplugs from the highest sub-block downward, in runs. The block is not online. */
  private *_unplugDown(block: number, budget: Budget): Work<Outcome> {
    const plugged = this._map(block);
    while (budget.subblocks > 0) {
      const last = plugged.lastIndexOf(1);
      if (last < 0) break;
      let first = last;
      while (first > 0 && last - first + 1 < budget.subblocks && plugged[first - 1] === 1) first--;
      const count = last - first + 1;
      const outcome = yield* this._unplugRun(block, first, count);
      if (outcome !== 'ok') return outcome;
      budget.subblocks -= count;
    }
    return 'ok';
  }

  /** The whole block in one go if it is wanted, else sub-block by sub-block from the top. */
  private *_emptyOnline(block: number, budget: Budget): Work<Outcome> {
    const plugged = this._map(block);
    if (budget.subblocks >= this._perBlock && !plugged.includes(0)) {
      const outcome = yield* this._unplugOnline(block, 0, this._perBlock);
      if (outcome === 'ok') {
        budget.subblocks -= this._perBlock;
        this._removeIfEmpty(block);
        return 'ok';
      }
      if (outcome !== 'busy') return outcome;
    }
    for (let i = this._perBlock - 1; i >= 0 && budget.subblocks > 0; i--) {
      if (plugged[i] === 0) continue;
      const outcome = yield* this._unplugOnline(block, i, 1);
      if (outcome === 'busy') {
        this._link.skipped(this._addr(block, i), this.unitBytes);
        continue;
      }
      if (outcome !== 'ok') return outcome;
      budget.subblocks--;
    }
    this._removeIfEmpty(block);
    return 'ok';
  }

  private *_unplugOnline(block: number, first: number, count: number): Work<Outcome> {
    const addr = this._addr(block, first);
    const lengthBytes = count * this.unitBytes;
    const offline = this._link.fakeOffline(addr, lengthBytes);
    if (offline !== 'ok') return offline;
    const outcome = yield* this._unplugRun(block, first, count);
    if (outcome !== 'ok') {
      this._link.guest.fakeOnline(addr, lengthBytes);
      return outcome;
    }
    const state = this._states[block] ?? SBM_UNUSED;
    if (state === SBM_KERNEL || state === SBM_MOVABLE) this._states[block] = state + 1;
    return 'ok';
  }

  /** Removing may fail; that is remembered and tried again with the next run. */
  private _removeIfEmpty(block: number): void {
    if (this._map(block).includes(1)) return;
    const wasOffline = this._states[block] === SBM_OFFLINE_PARTIAL;
    const result = this._link.guest.offlineAndRemove(this._addr(block, 0), this._blockBytes);
    if (result !== 'ok') {
      this._hasLeftover = true;
      return;
    }
    this._states[block] = SBM_UNUSED;
    if (wasOffline) this._link.offlineChanged(-this._blockBytes);
    this._link.retry();
  }

  private *_plugRun(block: number, first: number, count: number): Work<Outcome> {
    const outcome = yield* this._link.sendPlug(this._addr(block, first), count * this.unitBytes);
    if (outcome === 'ok') this._map(block).fill(1, first, first + count);
    return outcome;
  }

  private *_unplugRun(block: number, first: number, count: number): Work<Outcome> {
    const outcome = yield* this._link.sendUnplug(this._addr(block, first), count * this.unitBytes);
    if (outcome === 'ok') this._map(block).fill(0, first, first + count);
    return outcome;
  }

  private _inState(state: number): number[] {
    return this._states.flatMap((found, block) => (found === state ? [block] : []));
  }

  private _map(block: number): Uint8Array {
    return this._plugged[block] ?? new Uint8Array(this._perBlock);
  }

  private _addr(block: number, subblock: number): number {
    return this._firstAddr + block * this._blockBytes + subblock * this.unitBytes;
  }

  private _blockOf(addr: number): number {
    return Math.floor((addr - this._firstAddr) / this._blockBytes);
  }
}
