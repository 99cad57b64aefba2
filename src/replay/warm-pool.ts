// Containers of a replay by slot, in columns, and the idle ones of each function as a list through two of them: the one
// used last is taken first, so that the others grow old together.

import type { Container, MicroVm } from '../serverless/index.ts';
import type { Host } from './fleet.ts';

/** No slot. */
export const NOBODY = -1;
const FIRST_CAPACITY = 64;

type Doubles = Float64Array<ArrayBuffer>;
type Integers = Int32Array<ArrayBuffer>;

const IDLE = 1;
const MEASURED = 2;
/** It was started before a call came, and has had none. */
const AHEAD = 4;
/** It starts or runs a call: an event of that is queued. */
const BUSY = 8;
/** That it was started before a call came is counted. */
const COUNTED = 16;

export class WarmPool {
  private readonly _containers: (Container | undefined)[] = [];
  private readonly _hosts: Host[] = [];
  private readonly _free: number[] = [];
  /** By function: how long its containers were idle, up to the last time one was taken or ended. */
  private readonly _idleMs: Doubles;
  private readonly _fromMs: number;
  private _count = 0;
  /** By function: its idle container that was used last. */
  private readonly _last: Integers;
  private _functionIds: Integers = new Int32Array(FIRST_CAPACITY);
  private _flags: Integers = new Int32Array(FIRST_CAPACITY);
  /** Idle containers of the function that were used before and after this one. */
  private _before: Integers = new Int32Array(FIRST_CAPACITY);
  private _after: Integers = new Int32Array(FIRST_CAPACITY);
  /** Idle containers of all functions, from the one that became idle first. */
  private _older: Integers = new Int32Array(FIRST_CAPACITY);
  private _newer: Integers = new Int32Array(FIRST_CAPACITY);
  private _oldest = NOBODY;
  private _newest = NOBODY;
  private _durationMs: Doubles = new Float64Array(FIRST_CAPACITY);
  private _expiresMs: Doubles = new Float64Array(FIRST_CAPACITY);
  /** When the first expiry event that is queued for it comes, and how many are. */
  private _armedMs: Doubles = new Float64Array(FIRST_CAPACITY).fill(Infinity);
  private _expiries: Integers = new Int32Array(FIRST_CAPACITY);
  /** When its call began; Infinity while it starts. */
  private _beganMs: Doubles = new Float64Array(FIRST_CAPACITY);
  /** When it became idle. */
  private _sinceMs: Doubles = new Float64Array(FIRST_CAPACITY);

  /** Idleness counts from `fromMs` on. */
  constructor(functions: number, fromMs = 0) {
    this._last = new Int32Array(functions).fill(NOBODY);
    this._idleMs = new Float64Array(functions);
    this._fromMs = fromMs;
  }

  /** A container that starts. Its slot. */
  add(container: Container, functionId: number, host: Host): number {
    const slot = this._free.pop() ?? this._containers.length;
    if (slot === this._flags.length) this._grow();
    this._containers[slot] = container;
    this._hosts[slot] = host;
    this._functionIds[slot] = functionId;
    this._flags[slot] = BUSY;
    this._beganMs[slot] = Infinity;
    this._armedMs[slot] = Infinity;
    this._count += 1;
    return slot;
  }

  /** Containers that there are. */
  get count(): number {
    return this._count;
  }

  /** Whether it was ended before an event of its own came. */
  isGone(slot: number): boolean {
    return this._containers[slot] === undefined;
  }

  /** The event of a container that is gone has come: its slot is free after the last of them. */
  bury(slot: number, isExpiry: boolean): void {
    if (isExpiry) this.disarm(slot);
    else this._setFlag(slot, BUSY, false);
    this._mayFree(slot);
  }

  host(slot: number): Host {
    return this._hosts[slot] as Host;
  }

  container(slot: number): Container {
    return this._containers[slot] as Container;
  }

  functionId(slot: number): number {
    return this._functionIds[slot] as number;
  }

  /** VMs with the function whose containers they have. */
  vms(): Map<MicroVm, number> {
    return new Map(this.slots().map((slot) => [this.container(slot).vm, this.functionId(slot)]));
  }

  /** Those of one function. */
  vmsOf(functionId: number): MicroVm[] {
    return [...this.vms()].flatMap(([vm, id]) => (id === functionId ? [vm] : []));
  }

  /** The call that a container runs or was started for. */
  setCall(slot: number, durationMs: number, isMeasured: boolean): void {
    this._durationMs[slot] = durationMs;
    this._setFlag(slot, MEASURED, isMeasured);
  }

  /** Its call begins. */
  begin(slot: number, nowMs: number): void {
    this._beganMs[slot] = nowMs;
  }

  beganMs(slot: number): number {
    return this._beganMs[slot] as number;
  }

  /** Whether it runs a call. */
  isRunning(slot: number, nowMs: number): boolean {
    return this._hasFlag(slot, BUSY) && (this._beganMs[slot] as number) <= nowMs;
  }

  callOf(slot: number): { readonly durationMs: number; readonly isMeasured: boolean } {
    return { durationMs: this.durationMs(slot), isMeasured: this.isMeasured(slot) };
  }

  durationMs(slot: number): number {
    return this._durationMs[slot] as number;
  }

  isMeasured(slot: number): boolean {
    return this._hasFlag(slot, MEASURED);
  }

  /** It was started for no call, which is counted or not, and stays until then. */
  setAhead(slot: number, untilMs: number, isCounted: boolean): void {
    this._setFlag(slot, AHEAD, true);
    this._setFlag(slot, COUNTED, isCounted);
    this._expiresMs[slot] = untilMs;
  }

  isAhead(slot: number): boolean {
    return this._hasFlag(slot, AHEAD);
  }

  /** It has a call now. Whether it was started for none, and counted as such. */
  takeAhead(slot: number): boolean {
    if (!this.isAhead(slot)) return false;
    this._setFlag(slot, AHEAD, false);
    return this._hasFlag(slot, COUNTED);
  }

  /** End of its keep-alive, when idle. */
  expiresMs(slot: number): number {
    return this._expiresMs[slot] as number;
  }

  isIdle(slot: number): boolean {
    return this._hasFlag(slot, IDLE);
  }

  /** Whether an expiry event must be queued for the end of its keep-alive: none is that comes before. */
  arm(slot: number): boolean {
    const atMs = this._expiresMs[slot] as number;
    if (atMs >= (this._armedMs[slot] as number)) return false;
    this._armedMs[slot] = atMs;
    this._expiries[slot] = (this._expiries[slot] as number) + 1;
    return true;
  }

  /** The first of its expiry events has come. */
  disarm(slot: number): void {
    this._armedMs[slot] = Infinity;
    this._expiries[slot] = (this._expiries[slot] as number) - 1;
  }

  /** The idle container of the function that was used last, -1 if none is idle. */
  take(functionId: number, nowMs: number): number {
    const slot = this._last[functionId] as number;
    if (slot === NOBODY) return slot;
    this._unlink(slot, nowMs);
    this._setFlag(slot, BUSY, true);
    return slot;
  }

  /** With its VM: it holds nothing of the host's memory. */
  private _isSuspended(slot: number): boolean {
    return this.container(slot).vm.isSuspended;
  }

  /**
   * The idle container of a host that was used least recently, of equals the one of the lowest slot; -1 if none is idle.
   * Suspended ones are none.
   */
  oldestIdle(host: Host): number {
    let oldest = NOBODY;
    for (let slot = this._oldest; slot !== NOBODY; slot = this._newer[slot] as number) {
      if (oldest !== NOBODY && this._sinceMs[slot] !== this._sinceMs[oldest]) break;
      if (this._hosts[slot] !== host || this._isSuspended(slot)) continue;
      if (oldest === NOBODY || slot < oldest) oldest = slot;
    }
    return oldest;
  }

  /** Containers that are idle. */
  idleCount(): number {
    let count = 0;
    for (let slot = 0; slot < this._containers.length; slot += 1)
      count += Number(this.isIdle(slot));
    return count;
  }

  /** How long containers of each function were idle until now. */
  idleMs(nowMs: number): Float64Array {
    const idleMs = this._idleMs.slice();
    for (let slot = 0; slot < this._containers.length; slot += 1) {
      if (this.isIdle(slot)) addIdle(idleMs, this.functionId(slot), this._idleFor(slot, nowMs));
    }
    return idleMs;
  }

  /** A container has ended its call. */
  release(slot: number, nowMs: number, expiresMs: number): void {
    const functionId = this._functionIds[slot] as number;
    const before = this._last[functionId] as number;
    this._before[slot] = before;
    this._after[slot] = NOBODY;
    if (before !== NOBODY) this._after[before] = slot;
    this._last[functionId] = slot;
    this._older[slot] = this._newest;
    this._newer[slot] = NOBODY;
    if (this._newest === NOBODY) this._oldest = slot;
    else this._newer[this._newest] = slot;
    this._newest = slot;
    this._expiresMs[slot] = expiresMs;
    this._sinceMs[slot] = nowMs;
    this._flags[slot] = ((this._flags[slot] as number) & ~BUSY) | IDLE;
  }

  /** Forgets an idle or running container. Its slot is used again when no event of it is queued any more. */
  remove(slot: number, nowMs: number): void {
    if (this.isIdle(slot)) this._unlink(slot, nowMs);
    this._containers[slot] = undefined;
    this._count -= 1;
    this._mayFree(slot);
  }

  /** Slots in use, ascending. */
  slots(): number[] {
    return this._containers.flatMap((one, slot) => (one === undefined ? [] : [slot]));
  }

  private _mayFree(slot: number): void {
    if (this._hasFlag(slot, BUSY) || this._expiries[slot] !== 0) return;
    this._free.push(slot);
  }

  private _idleFor(slot: number, nowMs: number): number {
    return Math.max(0, nowMs - Math.max(this._sinceMs[slot] as number, this._fromMs));
  }

  private _unlink(slot: number, nowMs: number): void {
    addIdle(this._idleMs, this._functionIds[slot] as number, this._idleFor(slot, nowMs));
    const before = this._before[slot] as number;
    const after = this._after[slot] as number;
    if (before !== NOBODY) this._after[before] = after;
    if (after === NOBODY) this._last[this._functionIds[slot] as number] = before;
    else this._before[after] = before;
    const older = this._older[slot] as number;
    const newer = this._newer[slot] as number;
    if (older === NOBODY) this._oldest = newer;
    else this._newer[older] = newer;
    if (newer === NOBODY) this._newest = older;
    else this._older[newer] = older;
    this._setFlag(slot, IDLE, false);
  }

  private _hasFlag(slot: number, flag: number): boolean {
    return ((this._flags[slot] as number) & flag) !== 0;
  }

  private _setFlag(slot: number, flag: number, on: boolean): void {
    const others = (this._flags[slot] as number) & ~flag;
    this._flags[slot] = on ? others | flag : others;
  }

  private _grow(): void {
    this._functionIds = doubledIntegers(this._functionIds);
    this._flags = doubledIntegers(this._flags);
    this._before = doubledIntegers(this._before);
    this._after = doubledIntegers(this._after);
    this._older = doubledIntegers(this._older);
    this._newer = doubledIntegers(this._newer);
    this._durationMs = doubled(this._durationMs);
    this._expiresMs = doubled(this._expiresMs);
    this._armedMs = doubled(this._armedMs);
    this._expiries = doubledIntegers(this._expiries);
    this._sinceMs = doubled(this._sinceMs);
    this._beganMs = doubled(this._beganMs);
  }
}

function addIdle(idleMs: Doubles, functionId: number, ms: number): void {
  idleMs[functionId] = (idleMs[functionId] as number) + ms;
}

function doubled(old: Doubles): Doubles {
  const made = new Float64Array(old.length * 2);
  made.set(old);
  return made;
}

function doubledIntegers(old: Integers): Integers {
  const made = new Int32Array(old.length * 2);
  made.set(old);
  return made;
}
