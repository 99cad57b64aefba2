// Containers of a replay by slot, in columns, and the idle ones of each function as a list through two of them: the one
// used last is taken first, so that the others grow old together.

import type { Container } from '../serverless/index.ts';
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
  readonly #containers: (Container | undefined)[] = [];
  readonly #hosts: Host[] = [];
  readonly #free: number[] = [];
  /** By function: how long its containers were idle, up to the last time one was taken or ended. */
  readonly #idleMs: Doubles;
  readonly #fromMs: number;
  #count = 0;
  /** By function: its idle container that was used last. */
  readonly #last: Integers;
  #functionIds: Integers = new Int32Array(FIRST_CAPACITY);
  #flags: Integers = new Int32Array(FIRST_CAPACITY);
  /** Idle containers of the function that were used before and after this one. */
  #before: Integers = new Int32Array(FIRST_CAPACITY);
  #after: Integers = new Int32Array(FIRST_CAPACITY);
  /** Idle containers of all functions, from the one that became idle first. */
  #older: Integers = new Int32Array(FIRST_CAPACITY);
  #newer: Integers = new Int32Array(FIRST_CAPACITY);
  #oldest = NOBODY;
  #newest = NOBODY;
  #durationMs: Doubles = new Float64Array(FIRST_CAPACITY);
  #expiresMs: Doubles = new Float64Array(FIRST_CAPACITY);
  /** When the first expiry event that is queued for it comes, and how many are. */
  #armedMs: Doubles = new Float64Array(FIRST_CAPACITY).fill(Infinity);
  #expiries: Integers = new Int32Array(FIRST_CAPACITY);
  /** When its call began; Infinity while it starts. */
  #beganMs: Doubles = new Float64Array(FIRST_CAPACITY);
  /** When it became idle. */
  #sinceMs: Doubles = new Float64Array(FIRST_CAPACITY);

  /** Idleness counts from `fromMs` on. */
  constructor(functions: number, fromMs = 0) {
    this.#last = new Int32Array(functions).fill(NOBODY);
    this.#idleMs = new Float64Array(functions);
    this.#fromMs = fromMs;
  }

  /** A container that starts. Its slot. */
  add(container: Container, functionId: number, host: Host): number {
    const slot = this.#free.pop() ?? this.#containers.length;
    if (slot === this.#flags.length) this.#grow();
    this.#containers[slot] = container;
    this.#hosts[slot] = host;
    this.#functionIds[slot] = functionId;
    this.#flags[slot] = BUSY;
    this.#beganMs[slot] = Infinity;
    this.#armedMs[slot] = Infinity;
    this.#count += 1;
    return slot;
  }

  /** Containers that there are. */
  get count(): number {
    return this.#count;
  }

  /** Whether it was ended before an event of its own came. */
  isGone(slot: number): boolean {
    return this.#containers[slot] === undefined;
  }

  /** The event of a container that is gone has come: its slot is free after the last of them. */
  bury(slot: number, isExpiry: boolean): void {
    if (isExpiry) this.disarm(slot);
    else this.#setFlag(slot, BUSY, false);
    this.#mayFree(slot);
  }

  host(slot: number): Host {
    return this.#hosts[slot] as Host;
  }

  container(slot: number): Container {
    return this.#containers[slot] as Container;
  }

  functionId(slot: number): number {
    return this.#functionIds[slot] as number;
  }

  /** The call that a container runs or was started for. */
  setCall(slot: number, durationMs: number, isMeasured: boolean): void {
    this.#durationMs[slot] = durationMs;
    this.#setFlag(slot, MEASURED, isMeasured);
  }

  /** Its call begins. */
  begin(slot: number, nowMs: number): void {
    this.#beganMs[slot] = nowMs;
  }

  beganMs(slot: number): number {
    return this.#beganMs[slot] as number;
  }

  /** Whether it runs a call. */
  isRunning(slot: number, nowMs: number): boolean {
    return this.#hasFlag(slot, BUSY) && (this.#beganMs[slot] as number) <= nowMs;
  }

  callOf(slot: number): { readonly durationMs: number; readonly isMeasured: boolean } {
    return { durationMs: this.durationMs(slot), isMeasured: this.isMeasured(slot) };
  }

  durationMs(slot: number): number {
    return this.#durationMs[slot] as number;
  }

  isMeasured(slot: number): boolean {
    return this.#hasFlag(slot, MEASURED);
  }

  /** It was started for no call, which is counted or not, and stays until then. */
  setAhead(slot: number, untilMs: number, isCounted: boolean): void {
    this.#setFlag(slot, AHEAD, true);
    this.#setFlag(slot, COUNTED, isCounted);
    this.#expiresMs[slot] = untilMs;
  }

  isAhead(slot: number): boolean {
    return this.#hasFlag(slot, AHEAD);
  }

  /** It has a call now. Whether it was started for none, and counted as such. */
  takeAhead(slot: number): boolean {
    if (!this.isAhead(slot)) return false;
    this.#setFlag(slot, AHEAD, false);
    return this.#hasFlag(slot, COUNTED);
  }

  /** End of its keep-alive, when idle. */
  expiresMs(slot: number): number {
    return this.#expiresMs[slot] as number;
  }

  isIdle(slot: number): boolean {
    return this.#hasFlag(slot, IDLE);
  }

  /** Whether an expiry event must be queued for the end of its keep-alive: none is that comes before. */
  arm(slot: number): boolean {
    const atMs = this.#expiresMs[slot] as number;
    if (atMs >= (this.#armedMs[slot] as number)) return false;
    this.#armedMs[slot] = atMs;
    this.#expiries[slot] = (this.#expiries[slot] as number) + 1;
    return true;
  }

  /** The first of its expiry events has come. */
  disarm(slot: number): void {
    this.#armedMs[slot] = Infinity;
    this.#expiries[slot] = (this.#expiries[slot] as number) - 1;
  }

  /** The idle container of the function that was used last, -1 if none is idle. */
  take(functionId: number, nowMs: number): number {
    const slot = this.#last[functionId] as number;
    if (slot === NOBODY) return slot;
    this.#unlink(slot, nowMs);
    this.#setFlag(slot, BUSY, true);
    return slot;
  }

  /** With its VM: it holds nothing of the host's memory. */
  #isSuspended(slot: number): boolean {
    return this.container(slot).vm.isSuspended;
  }

  /**
   * The idle container of a host that was used least recently, of equals the one of the lowest slot; -1 if none is idle.
   * Suspended ones are none.
   */
  oldestIdle(host: Host): number {
    let oldest = NOBODY;
    for (let slot = this.#oldest; slot !== NOBODY; slot = this.#newer[slot] as number) {
      if (oldest !== NOBODY && this.#sinceMs[slot] !== this.#sinceMs[oldest]) break;
      if (this.#hosts[slot] !== host || this.#isSuspended(slot)) continue;
      if (oldest === NOBODY || slot < oldest) oldest = slot;
    }
    return oldest;
  }

  /** Containers that are idle. */
  idleCount(): number {
    let count = 0;
    for (let slot = 0; slot < this.#containers.length; slot += 1)
      count += Number(this.isIdle(slot));
    return count;
  }

  /** How long containers of each function were idle until now. */
  idleMs(nowMs: number): Float64Array {
    const idleMs = this.#idleMs.slice();
    for (let slot = 0; slot < this.#containers.length; slot += 1) {
      if (this.isIdle(slot)) addIdle(idleMs, this.functionId(slot), this.#idleFor(slot, nowMs));
    }
    return idleMs;
  }

  /** A container has ended its call. */
  release(slot: number, nowMs: number, expiresMs: number): void {
    const functionId = this.#functionIds[slot] as number;
    const before = this.#last[functionId] as number;
    this.#before[slot] = before;
    this.#after[slot] = NOBODY;
    if (before !== NOBODY) this.#after[before] = slot;
    this.#last[functionId] = slot;
    this.#older[slot] = this.#newest;
    this.#newer[slot] = NOBODY;
    if (this.#newest === NOBODY) this.#oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
    this.#expiresMs[slot] = expiresMs;
    this.#sinceMs[slot] = nowMs;
    this.#flags[slot] = ((this.#flags[slot] as number) & ~BUSY) | IDLE;
  }

  /** Forgets an idle or running container. Its slot is used again when no event of it is queued any more. */
  remove(slot: number, nowMs: number): void {
    if (this.isIdle(slot)) this.#unlink(slot, nowMs);
    this.#containers[slot] = undefined;
    this.#count -= 1;
    this.#mayFree(slot);
  }

  /** Slots in use, ascending. */
  slots(): number[] {
    return this.#containers.flatMap((one, slot) => (one === undefined ? [] : [slot]));
  }

  #mayFree(slot: number): void {
    if (this.#hasFlag(slot, BUSY) || this.#expiries[slot] !== 0) return;
    this.#free.push(slot);
  }

  #idleFor(slot: number, nowMs: number): number {
    return Math.max(0, nowMs - Math.max(this.#sinceMs[slot] as number, this.#fromMs));
  }

  #unlink(slot: number, nowMs: number): void {
    addIdle(this.#idleMs, this.#functionIds[slot] as number, this.#idleFor(slot, nowMs));
    const before = this.#before[slot] as number;
    const after = this.#after[slot] as number;
    if (before !== NOBODY) this.#after[before] = after;
    if (after === NOBODY) this.#last[this.#functionIds[slot] as number] = before;
    else this.#before[after] = before;
    const older = this.#older[slot] as number;
    const newer = this.#newer[slot] as number;
    if (older === NOBODY) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NOBODY) this.#newest = older;
    else this.#older[newer] = older;
    this.#setFlag(slot, IDLE, false);
  }

  #hasFlag(slot: number, flag: number): boolean {
    return ((this.#flags[slot] as number) & flag) !== 0;
  }

  #setFlag(slot: number, flag: number, on: boolean): void {
    const others = (this.#flags[slot] as number) & ~flag;
    this.#flags[slot] = on ? others | flag : others;
  }

  #grow(): void {
    this.#functionIds = doubledIntegers(this.#functionIds);
    this.#flags = doubledIntegers(this.#flags);
    this.#before = doubledIntegers(this.#before);
    this.#after = doubledIntegers(this.#after);
    this.#older = doubledIntegers(this.#older);
    this.#newer = doubledIntegers(this.#newer);
    this.#durationMs = doubled(this.#durationMs);
    this.#expiresMs = doubled(this.#expiresMs);
    this.#armedMs = doubled(this.#armedMs);
    this.#expiries = doubledIntegers(this.#expiries);
    this.#sinceMs = doubled(this.#sinceMs);
    this.#beganMs = doubled(this.#beganMs);
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
