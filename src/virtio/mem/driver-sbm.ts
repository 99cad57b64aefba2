/**
 * Sub-block mode of the virtio-mem driver: a state for each memory block, and which of its sub-blocks are
 * plugged (docs/linux-memory.md D.4 to D.6). Used when a sub-block is smaller than a memory block.
 */

import type { MemLink, MemMode, MemModeState, Outcome, Work } from './driver-link.ts';
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
  readonly #link: MemLink;
  readonly #blockBytes: number;
  readonly #perBlock: number;
  /** First whole memory block of the region. */
  readonly #firstAddr: number;
  /** By memory block, in address order; grows as blocks are first used. */
  readonly #states: number[] = [];
  readonly #plugged: Uint8Array[] = [];
  #usableBlocks = 0;
  #hasLeftover = false;

  constructor(link: MemLink, regionAddr: number, subblockBytes: number) {
    this.#link = link;
    this.unitBytes = subblockBytes;
    this.#blockBytes = link.guest.memoryBlockBytes;
    this.#perBlock = this.#blockBytes / subblockBytes;
    this.#firstAddr = Math.ceil(regionAddr / this.#blockBytes) * this.#blockBytes;
  }

  get hasLeftover(): boolean {
    return this.#hasLeftover;
  }

  /** States by memory block, for tests and views. */
  get states(): readonly number[] {
    return this.#states;
  }

  setUsableEnd(addr: number): void {
    this.#usableBlocks = Math.max(0, Math.floor((addr - this.#firstAddr) / this.#blockBytes));
  }

  *cleanUp(): Work<Outcome> {
    for (const block of this.#inState(SBM_PLUGGED)) {
      const outcome = yield* this.#unplugDown(block, { subblocks: this.#perBlock });
      if (outcome !== 'ok') return outcome;
      this.#states[block] = SBM_UNUSED;
    }
    if (!this.#hasLeftover) return 'ok';
    this.#hasLeftover = false;
    for (const state of [SBM_OFFLINE_PARTIAL, SBM_KERNEL_PARTIAL, SBM_MOVABLE_PARTIAL]) {
      for (const block of this.#inState(state)) this.#removeIfEmpty(block);
    }
    return 'ok';
  }

  *plug(lengthBytes: number): Work<Outcome> {
    const budget = { subblocks: Math.floor(lengthBytes / this.unitBytes) };
    if (budget.subblocks === 0) return 'ok';
    for (const state of PLUG_ORDER) {
      for (const block of this.#inState(state)) {
        const outcome = yield* this.#fill(block, budget);
        if (outcome !== 'ok' || budget.subblocks === 0) return outcome;
      }
    }
    for (const block of this.#inState(SBM_UNUSED)) {
      const outcome = yield* this.#plugAndAdd(block, budget);
      if (outcome !== 'ok' || budget.subblocks === 0) return outcome;
    }
    while (budget.subblocks > 0) {
      if (!this.#link.canAdd(this.#blockBytes)) return 'no-space';
      if (this.#states.length >= this.#usableBlocks) return 'no-space';
      const block = this.#states.push(SBM_UNUSED) - 1;
      this.#plugged[block] = new Uint8Array(this.#perBlock);
      const outcome = yield* this.#plugAndAdd(block, budget);
      if (outcome !== 'ok') return outcome;
    }
    return 'ok';
  }

  *unplug(lengthBytes: number): Work<Outcome> {
    const budget = { subblocks: Math.floor(lengthBytes / this.unitBytes) };
    if (budget.subblocks === 0) return 'ok';
    for (const state of UNPLUG_OFFLINE_ORDER) {
      for (const block of this.#inState(state).toReversed()) {
        const outcome = yield* this.#emptyOffline(block, budget);
        if (outcome !== 'ok' || budget.subblocks === 0) return outcome;
      }
    }
    if (!this.#link.unplugsOnline) return 'busy';
    for (const state of UNPLUG_ONLINE_ORDER) {
      for (const block of this.#inState(state).toReversed()) {
        const outcome = yield* this.#emptyOnline(block, budget);
        if (outcome !== 'ok' || budget.subblocks === 0) return outcome;
      }
    }
    return 'busy';
  }

  chunkState(addr: number, lengthBytes: number): 'plugged' | 'unplugged' | 'mixed' {
    const first = Math.floor((addr - this.#firstAddr) / this.unitBytes);
    const last = Math.floor((addr + lengthBytes - 1 - this.#firstAddr) / this.unitBytes);
    let count = 0;
    for (let i = first; i <= last; i++) {
      count += this.#plugged[Math.floor(i / this.#perBlock)]?.[i % this.#perBlock] ?? 0;
    }
    if (count === 0) return 'unplugged';
    return count === last - first + 1 ? 'plugged' : 'mixed';
  }

  onlined(addr: number, zone: MemZone): void {
    const block = this.#blockOf(addr);
    const state = this.#states[block];
    if (state !== SBM_OFFLINE && state !== SBM_OFFLINE_PARTIAL) return;
    const full = zone === 'movable' ? SBM_MOVABLE : SBM_KERNEL;
    this.#states[block] = full + (state - SBM_OFFLINE);
    this.#link.offlineChanged(-this.#blockBytes);
  }

  save(): MemModeState {
    return {
      states: [...this.#states],
      plugged: this.#plugged.map((map) => map.slice()),
      online: [],
      hasLeftover: this.#hasLeftover,
    };
  }

  load(state: MemModeState): void {
    this.#states.push(...state.states);
    this.#plugged.push(...state.plugged.map((map) => map.slice()));
    this.#hasLeftover = state.hasLeftover;
  }

  /** Plugs what is missing of a block, run by run from its start. */
  *#fill(block: number, budget: Budget): Work<Outcome> {
    const plugged = this.#map(block);
    const state = this.#states[block] ?? SBM_UNUSED;
    while (budget.subblocks > 0) {
      const first = plugged.indexOf(0);
      if (first < 0) break;
      let count = 1;
      while (count < budget.subblocks && plugged[first + count] === 0) count++;
      const outcome = yield* this.#plugRun(block, first, count);
      if (outcome !== 'ok') return outcome;
      budget.subblocks -= count;
      if (state !== SBM_OFFLINE_PARTIAL) {
        this.#link.guest.fakeOnline(this.#addr(block, first), count * this.unitBytes);
      }
    }
    if (!plugged.includes(0)) this.#states[block] = state - 1;
    return 'ok';
  }

  /** Plugs the start of a block that holds nothing and hands the whole block to the kernel. */
  *#plugAndAdd(block: number, budget: Budget): Work<Outcome> {
    if (!this.#link.canAdd(this.#blockBytes)) return 'no-space';
    const count = Math.min(budget.subblocks, this.#perBlock);
    const plugged = yield* this.#plugRun(block, 0, count);
    if (plugged !== 'ok') return plugged;
    // The state comes first: adding may put the block online at once.
    this.#states[block] = count === this.#perBlock ? SBM_OFFLINE : SBM_OFFLINE_PARTIAL;
    this.#link.offlineChanged(this.#blockBytes);
    const added = this.#link.guest.addMemory(this.#addr(block, 0), this.#blockBytes);
    if (added === 'ok') {
      budget.subblocks -= count;
      return 'ok';
    }
    this.#link.offlineChanged(-this.#blockBytes);
    const undone = yield* this.#unplugRun(block, 0, count);
    this.#states[block] = undone === 'ok' ? SBM_UNUSED : SBM_PLUGGED;
    return added === 'no-memory' ? 'no-memory' : 'broken';
  }

  *#emptyOffline(block: number, budget: Budget): Work<Outcome> {
    const outcome = yield* this.#unplugDown(block, budget);
    const plugged = this.#map(block);
    if (plugged.includes(0)) this.#states[block] = SBM_OFFLINE_PARTIAL;
    if (outcome !== 'ok') return outcome;
    if (!plugged.includes(1)) {
      this.#states[block] = SBM_UNUSED;
      this.#link.guest.removeMemory(this.#addr(block, 0), this.#blockBytes);
      this.#link.offlineChanged(-this.#blockBytes);
      this.#link.retry();
    }
    return 'ok';
  }

  /** Unplugs from the highest sub-block downward, in runs. The block is not online. */
  *#unplugDown(block: number, budget: Budget): Work<Outcome> {
    const plugged = this.#map(block);
    while (budget.subblocks > 0) {
      const last = plugged.lastIndexOf(1);
      if (last < 0) break;
      let first = last;
      while (first > 0 && last - first + 1 < budget.subblocks && plugged[first - 1] === 1) first--;
      const count = last - first + 1;
      const outcome = yield* this.#unplugRun(block, first, count);
      if (outcome !== 'ok') return outcome;
      budget.subblocks -= count;
    }
    return 'ok';
  }

  /** The whole block in one go if it is wanted, else sub-block by sub-block from the top. */
  *#emptyOnline(block: number, budget: Budget): Work<Outcome> {
    const plugged = this.#map(block);
    if (budget.subblocks >= this.#perBlock && !plugged.includes(0)) {
      const outcome = yield* this.#unplugOnline(block, 0, this.#perBlock);
      if (outcome === 'ok') {
        budget.subblocks -= this.#perBlock;
        this.#removeIfEmpty(block);
        return 'ok';
      }
      if (outcome !== 'busy') return outcome;
    }
    for (let i = this.#perBlock - 1; i >= 0 && budget.subblocks > 0; i--) {
      if (plugged[i] === 0) continue;
      const outcome = yield* this.#unplugOnline(block, i, 1);
      if (outcome === 'busy') {
        this.#link.skipped(this.#addr(block, i), this.unitBytes);
        continue;
      }
      if (outcome !== 'ok') return outcome;
      budget.subblocks--;
    }
    this.#removeIfEmpty(block);
    return 'ok';
  }

  *#unplugOnline(block: number, first: number, count: number): Work<Outcome> {
    const addr = this.#addr(block, first);
    const lengthBytes = count * this.unitBytes;
    const offline = this.#link.fakeOffline(addr, lengthBytes);
    if (offline !== 'ok') return offline;
    const outcome = yield* this.#unplugRun(block, first, count);
    if (outcome !== 'ok') {
      this.#link.guest.fakeOnline(addr, lengthBytes);
      return outcome;
    }
    const state = this.#states[block] ?? SBM_UNUSED;
    if (state === SBM_KERNEL || state === SBM_MOVABLE) this.#states[block] = state + 1;
    return 'ok';
  }

  /** Removing may fail; that is remembered and tried again with the next run. */
  #removeIfEmpty(block: number): void {
    if (this.#map(block).includes(1)) return;
    const wasOffline = this.#states[block] === SBM_OFFLINE_PARTIAL;
    const result = this.#link.guest.offlineAndRemove(this.#addr(block, 0), this.#blockBytes);
    if (result !== 'ok') {
      this.#hasLeftover = true;
      return;
    }
    this.#states[block] = SBM_UNUSED;
    if (wasOffline) this.#link.offlineChanged(-this.#blockBytes);
    this.#link.retry();
  }

  *#plugRun(block: number, first: number, count: number): Work<Outcome> {
    const outcome = yield* this.#link.sendPlug(this.#addr(block, first), count * this.unitBytes);
    if (outcome === 'ok') this.#map(block).fill(1, first, first + count);
    return outcome;
  }

  *#unplugRun(block: number, first: number, count: number): Work<Outcome> {
    const outcome = yield* this.#link.sendUnplug(this.#addr(block, first), count * this.unitBytes);
    if (outcome === 'ok') this.#map(block).fill(0, first, first + count);
    return outcome;
  }

  #inState(state: number): number[] {
    return this.#states.flatMap((found, block) => (found === state ? [block] : []));
  }

  #map(block: number): Uint8Array {
    return this.#plugged[block] ?? new Uint8Array(this.#perBlock);
  }

  #addr(block: number, subblock: number): number {
    return this.#firstAddr + block * this.#blockBytes + subblock * this.unitBytes;
  }

  #blockOf(addr: number): number {
    return Math.floor((addr - this.#firstAddr) / this.#blockBytes);
  }
}
