/**
 * Big-block mode of the virtio-mem driver: whole blocks of one or more memory blocks are plugged and
 * unplugged (docs/linux-memory.md D.3, D.6). Used when the device's block is as large as a memory block.
 */

import type { MemLink, MemMode, MemModeState, Outcome, Work } from './driver-link.ts';
import type { MemZone } from './guest.ts';

export const BBM_UNUSED = 0;
/** Plugged, but adding it failed. */
export const BBM_PLUGGED = 1;
export const BBM_ADDED = 2;
export const BBM_FAKE_OFFLINE = 3;

export class BigBlockMode implements MemMode {
  readonly kind = 'big-block';
  readonly unitBytes: number;
  readonly #link: MemLink;
  readonly #memoryBlockBytes: number;
  readonly #firstAddr: number;
  readonly #states: number[] = [];
  /** Zone of each memory block that is online, by address. */
  readonly #online = new Map<number, MemZone>();
  #usableBlocks = 0;
  #hasLeftover = false;

  constructor(link: MemLink, regionAddr: number, bigBlockBytes: number) {
    this.#link = link;
    this.unitBytes = bigBlockBytes;
    this.#memoryBlockBytes = link.guest.memoryBlockBytes;
    this.#firstAddr = Math.ceil(regionAddr / bigBlockBytes) * bigBlockBytes;
  }

  get hasLeftover(): boolean {
    return this.#hasLeftover;
  }

  get states(): readonly number[] {
    return this.#states;
  }

  setUsableEnd(addr: number): void {
    this.#usableBlocks = Math.max(0, Math.floor((addr - this.#firstAddr) / this.unitBytes));
  }

  *cleanUp(): Work<Outcome> {
    for (const block of this.#inState(BBM_PLUGGED)) {
      const outcome = yield* this.#link.sendUnplug(this.#addr(block), this.unitBytes);
      if (outcome !== 'ok') return outcome;
      this.#states[block] = BBM_UNUSED;
    }
    if (!this.#hasLeftover) return 'ok';
    this.#hasLeftover = false;
    for (const block of this.#inState(BBM_FAKE_OFFLINE)) {
      const outcome = yield* this.#removeAndUnplug(block);
      if (outcome === 'busy' || outcome === 'no-memory') this.#hasLeftover = true;
      else if (outcome !== 'ok') return outcome;
    }
    return 'ok';
  }

  *plug(lengthBytes: number): Work<Outcome> {
    let blocks = Math.floor(lengthBytes / this.unitBytes);
    for (const block of this.#inState(BBM_UNUSED)) {
      if (blocks === 0) return 'ok';
      const outcome = yield* this.#plugAndAdd(block);
      if (outcome !== 'ok') return outcome;
      blocks--;
    }
    for (; blocks > 0; blocks--) {
      if (!this.#link.canAdd(this.unitBytes)) return 'no-space';
      if (this.#states.length >= this.#usableBlocks) return 'no-space';
      const outcome = yield* this.#plugAndAdd(this.#states.push(BBM_UNUSED) - 1);
      if (outcome !== 'ok') return outcome;
    }
    return 'ok';
  }

  /** Offline blocks first, then blocks all in ZONE_MOVABLE, then any. */
  *unplug(lengthBytes: number): Work<Outcome> {
    let blocks = Math.floor(lengthBytes / this.unitBytes);
    if (blocks === 0) return 'ok';
    for (const pass of ['offline', 'movable', 'any'] as const) {
      for (const block of this.#inState(BBM_ADDED).toReversed()) {
        if (!this.#isWanted(block, pass)) continue;
        const outcome = yield* this.#offlineAndUnplug(block);
        if (outcome === 'busy') continue;
        if (outcome !== 'ok') return outcome;
        blocks--;
        if (blocks === 0) return 'ok';
      }
      if (!this.#link.unplugsOnline) break;
    }
    return 'busy';
  }

  chunkState(addr: number): 'plugged' | 'unplugged' {
    const state = this.#states[Math.floor((addr - this.#firstAddr) / this.unitBytes)];
    return state === BBM_ADDED ? 'plugged' : 'unplugged';
  }

  onlined(addr: number, zone: MemZone): void {
    if (this.#online.has(addr)) return;
    this.#online.set(addr, zone);
    this.#link.offlineChanged(-this.#memoryBlockBytes);
  }

  save(): MemModeState {
    return {
      states: [...this.#states],
      plugged: [],
      online: [...this.#online],
      hasLeftover: this.#hasLeftover,
    };
  }

  load(state: MemModeState): void {
    this.#states.push(...state.states);
    for (const [addr, zone] of state.online) this.#online.set(addr, zone);
    this.#hasLeftover = state.hasLeftover;
  }

  *#plugAndAdd(block: number): Work<Outcome> {
    if (!this.#link.canAdd(this.unitBytes)) return 'no-space';
    const plugged = yield* this.#link.sendPlug(this.#addr(block), this.unitBytes);
    if (plugged !== 'ok') return plugged;
    this.#states[block] = BBM_ADDED;
    this.#link.offlineChanged(this.unitBytes);
    const added = this.#link.guest.addMemory(this.#addr(block), this.unitBytes);
    if (added === 'ok') return 'ok';
    this.#link.offlineChanged(-this.unitBytes);
    const undone = yield* this.#link.sendUnplug(this.#addr(block), this.unitBytes);
    this.#states[block] = undone === 'ok' ? BBM_UNUSED : BBM_PLUGGED;
    return added === 'no-memory' ? 'no-memory' : 'broken';
  }

  /** Every online memory block of it is taken out of use first, or none is. */
  *#offlineAndUnplug(block: number): Work<Outcome> {
    const done: number[] = [];
    for (const addr of this.#memoryBlocks(block)) {
      if (!this.#online.has(addr)) continue;
      const result = this.#link.fakeOffline(addr, this.#memoryBlockBytes);
      if (result !== 'ok') {
        if (result === 'busy') this.#link.skipped(addr, this.#memoryBlockBytes);
        this.#giveBack(done);
        return result;
      }
      done.push(addr);
    }
    this.#states[block] = BBM_FAKE_OFFLINE;
    const outcome = yield* this.#removeAndUnplug(block);
    if (this.#states[block] === BBM_FAKE_OFFLINE) {
      this.#states[block] = BBM_ADDED;
      this.#giveBack(done);
    }
    return outcome;
  }

  /** Leaves the state alone when the memory could not be removed. */
  *#removeAndUnplug(block: number): Work<Outcome> {
    const addr = this.#addr(block);
    const removed = this.#link.guest.offlineAndRemove(addr, this.unitBytes);
    if (removed !== 'ok') return removed;
    for (const memoryBlock of this.#memoryBlocks(block)) {
      if (!this.#online.delete(memoryBlock)) this.#link.offlineChanged(-this.#memoryBlockBytes);
    }
    const outcome = yield* this.#link.sendUnplug(addr, this.unitBytes);
    this.#states[block] = outcome === 'ok' ? BBM_UNUSED : BBM_PLUGGED;
    this.#link.retry();
    return outcome;
  }

  #giveBack(memoryBlocks: readonly number[]): void {
    for (const addr of memoryBlocks) this.#link.guest.fakeOnline(addr, this.#memoryBlockBytes);
  }

  #isWanted(block: number, pass: 'offline' | 'movable' | 'any'): boolean {
    if (pass === 'any') return true;
    const zones = this.#memoryBlocks(block).map((addr) => this.#online.get(addr));
    if (pass === 'offline') return zones.every((zone) => zone === undefined);
    return zones.every((zone) => zone === 'movable');
  }

  #memoryBlocks(block: number): number[] {
    const count = this.unitBytes / this.#memoryBlockBytes;
    const addr = this.#addr(block);
    return Array.from({ length: count }, (_, i) => addr + i * this.#memoryBlockBytes);
  }

  #inState(state: number): number[] {
    return this.#states.flatMap((found, block) => (found === state ? [block] : []));
  }

  #addr(block: number): number {
    return this.#firstAddr + block * this.unitBytes;
  }
}
