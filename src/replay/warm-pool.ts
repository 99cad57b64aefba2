// Containers of a replay by slot, in columns, and the idle ones of each function as a list through two of them: the one
// used last is taken first, so that the others grow old together.

import type { Container } from '../serverless/index.ts';

const NOBODY = -1;
const FIRST_CAPACITY = 64;

type Doubles = Float64Array<ArrayBuffer>;
type Integers = Int32Array<ArrayBuffer>;

const IDLE = 1;
const MEASURED = 2;
const ARMED = 4;

export class WarmPool {
  readonly #containers: (Container | undefined)[] = [];
  readonly #free: number[] = [];
  /** By function: its idle container that was used last. */
  readonly #last: Integers;
  #functionIds: Integers = new Int32Array(FIRST_CAPACITY);
  #flags: Integers = new Int32Array(FIRST_CAPACITY);
  /** Idle containers of the function that were used before and after this one. */
  #before: Integers = new Int32Array(FIRST_CAPACITY);
  #after: Integers = new Int32Array(FIRST_CAPACITY);
  #durationMs: Doubles = new Float64Array(FIRST_CAPACITY);
  #expiresMs: Doubles = new Float64Array(FIRST_CAPACITY);

  constructor(functions: number) {
    this.#last = new Int32Array(functions).fill(NOBODY);
  }

  /** A container that is about to run a call. Its slot. */
  add(container: Container, functionId: number): number {
    const slot = this.#free.pop() ?? this.#containers.length;
    if (slot === this.#flags.length) this.#grow();
    this.#containers[slot] = container;
    this.#functionIds[slot] = functionId;
    this.#flags[slot] = 0;
    return slot;
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

  durationMs(slot: number): number {
    return this.#durationMs[slot] as number;
  }

  isMeasured(slot: number): boolean {
    return this.#hasFlag(slot, MEASURED);
  }

  /** End of its keep-alive, when idle. */
  expiresMs(slot: number): number {
    return this.#expiresMs[slot] as number;
  }

  isIdle(slot: number): boolean {
    return this.#hasFlag(slot, IDLE);
  }

  /** Whether an expiry event for it is queued. */
  isArmed(slot: number): boolean {
    return this.#hasFlag(slot, ARMED);
  }

  setArmed(slot: number, isArmed: boolean): void {
    this.#setFlag(slot, ARMED, isArmed);
  }

  /** The idle container of the function that was used last, -1 if none is idle. */
  take(functionId: number): number {
    const slot = this.#last[functionId] as number;
    if (slot !== NOBODY) this.#unlink(slot);
    return slot;
  }

  /** A container has ended its call. */
  release(slot: number, expiresMs: number): void {
    const functionId = this.#functionIds[slot] as number;
    const before = this.#last[functionId] as number;
    this.#before[slot] = before;
    this.#after[slot] = NOBODY;
    if (before !== NOBODY) this.#after[before] = slot;
    this.#last[functionId] = slot;
    this.#expiresMs[slot] = expiresMs;
    this.#setFlag(slot, IDLE, true);
  }

  /** Forgets an idle or running container. */
  remove(slot: number): void {
    if (this.isIdle(slot)) this.#unlink(slot);
    this.#containers[slot] = undefined;
    this.#free.push(slot);
  }

  /** Slots in use, ascending. */
  slots(): number[] {
    return this.#containers.flatMap((one, slot) => (one === undefined ? [] : [slot]));
  }

  #unlink(slot: number): void {
    const before = this.#before[slot] as number;
    const after = this.#after[slot] as number;
    if (before !== NOBODY) this.#after[before] = after;
    if (after === NOBODY) this.#last[this.#functionIds[slot] as number] = before;
    else this.#before[after] = before;
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
    this.#durationMs = doubled(this.#durationMs);
    this.#expiresMs = doubled(this.#expiresMs);
  }
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
