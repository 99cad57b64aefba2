// Hosts that are short of memory: what the policies do about it, and how often it came to what.

import {
  type FullHost,
  type FunctionProfile,
  type MicroVm,
  type WhenFull,
} from '../serverless/index.ts';
import type { Clock } from '../time/index.ts';
import type { Fleet, Host } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import type { WarmPool } from './warm-pool.ts';

/** What came of shortage, in the measured time. */
export interface ShortageCounts {
  /** Idle containers that ended before their time. */
  evicted: number;
  /** VMs that a host ended, and calls that ran or started in them. */
  killedVms: number;
  killedCalls: number;
  /** Starts that were undone: their host had not the memory that was expected. */
  undoneStarts: number;
}

/** What the replay does to containers and VMs when it is told to. */
export interface ShortageHooks {
  readonly stop: (slot: number) => void;
  /** The container of a slot has gone with its VM. */
  readonly lost: (slot: number) => void;
  /** A VM has ended, whose container had the slot. */
  readonly vmEnded: (vm: MicroVm, slot: number) => void;
  /** The devices of a VM take so many frames. */
  readonly ask: (vm: MicroVm, frames: number) => void;
  readonly ledger: Pick<Ledger, 'isMeasured'>;
  readonly clock: Pick<Clock, 'now'>;
}

function idleOf(vm: MicroVm): number {
  return vm.guest.memory.idleFrames;
}

export class Shortage {
  readonly counts: ShortageCounts = { evicted: 0, killedVms: 0, killedCalls: 0, undoneStarts: 0 };
  private readonly _fleet: Fleet;
  private readonly _pool: WarmPool;
  private readonly _steps: readonly WhenFull[];
  private readonly _hooks: ShortageHooks;

  constructor(fleet: Fleet, pool: WarmPool, steps: readonly WhenFull[], hooks: ShortageHooks) {
    this._fleet = fleet;
    this._pool = pool;
    this._steps = steps;
    this._hooks = hooks;
  }

  /** Whether calls wait for memory when there is none. */
  get waits(): boolean {
    return this._steps.some(({ waits }) => waits === true);
  }

  /** Makes room for a container of the function. The host that has it; undefined: there is none. */
  makeRoom(profile: FunctionProfile): Host | undefined {
    let host = this._fleet.place(profile);
    while (host === undefined) {
      const full = this._fleet.toRelieve(profile);
      if (full === undefined) return undefined;
      if (!this._relieve(full, this._fleet.missing(full, profile))) return undefined;
      host = this._fleet.place(profile);
    }
    return host;
  }

  /**
   * Hosts hold no more than they have when this is done. The container that has just started, if any, goes when its host finds
   * nothing else; where that is not enough, the largest VM does.
   */
  settle(started?: number): void {
    this._fleet.isOver = false;
    let newest = started;
    for (const host of this._fleet.hosts) {
      const { memory } = host;
      while (memory.isOver) {
        if (this._relieve(host, Math.ceil(memory.heldFrames - memory.capacityFrames))) continue;
        if (newest !== undefined && this._isOn(newest, host)) {
          this._count('undoneStarts');
          this._hooks.stop(newest);
          newest = undefined;
        } else if (!this._killLargest(host)) break;
      }
    }
    // what was done to make room may have filled it
    this._fleet.isOver = false;
  }

  private _isOn(slot: number, host: Host): boolean {
    return !this._pool.isGone(slot) && this._pool.host(slot) === host;
  }

  private _relieve(host: Host, frames: number): boolean {
    const full: FullHost = {
      evictOldest: () => this._evictOldest(host),
      askDevices: (wanted) => this._askDevices(host, wanted),
      killLargest: () => this._killLargest(host),
    };
    return this._steps.some((step) => step.relieve?.(full, frames) === true);
  }

  private _evictOldest(host: Host): boolean {
    const slot = this._pool.oldestIdle(host);
    if (slot < 0) return false;
    this._count('evicted');
    this._hooks.stop(slot);
    return true;
  }

  /** Takes from each VM in turn, the one with the most idle memory first. */
  private _askDevices(host: Host, frames: number): boolean {
    const { memory } = host;
    const before = memory.heldFrames;
    for (const vm of [...host.system.vms()].toSorted((a, b) => idleOf(b) - idleOf(a))) {
      const wanted = frames - (before - memory.heldFrames);
      if (wanted <= 0) break;
      this._hooks.ask(vm, Math.ceil(wanted));
    }
    return memory.heldFrames <= before - 1;
  }

  private _killLargest(host: Host): boolean {
    let largest: MicroVm | undefined;
    let most = -1;
    for (const vm of host.system.vms()) {
      const frames = vm.unstirred.core.privateFrames;
      if (frames <= most) continue;
      most = frames;
      largest = vm;
    }
    if (largest === undefined) return false;
    this._kill(host, largest);
    return true;
  }

  private _kill(host: Host, vm: MicroVm): void {
    const pool = this._pool;
    const slots = [...host.slotsOf(vm)];
    for (const slot of slots) {
      if (!pool.isIdle(slot)) this._count('killedCalls');
      host.remove(pool.container(slot), slot);
      pool.remove(slot, this._hooks.clock.now);
    }
    host.system.kill(vm);
    for (const slot of slots) this._hooks.lost(slot);
    if (slots[0] !== undefined) this._hooks.vmEnded(vm, slots[0]);
    this._count('killedVms');
  }

  private _count(what: keyof ShortageCounts): void {
    if (this._hooks.ledger.isMeasured) this.counts[what] += 1;
  }
}
