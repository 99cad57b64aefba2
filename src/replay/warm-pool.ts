// Containers of a replay by slot, and the idle ones of each function: the one used last is taken first, so that the
// others grow old together.

import type { Container } from '../serverless/index.ts';

/** A container's place in the replay. */
export interface Slot {
  readonly container: Container;
  readonly functionId: number;
  /** The call it runs or was started for. */
  durationMs: number;
  measured: boolean;
  idle: boolean;
  /** End of its keep-alive, when idle. */
  expiresMs: number;
  /** An expiry event for it is queued. */
  armed: boolean;
}

export class WarmPool {
  readonly #slots: (Slot | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #idle: number[][];

  constructor(functions: number) {
    this.#idle = Array.from({ length: functions }, () => []);
  }

  add(slot: Slot): number {
    const index = this.#free.pop() ?? this.#slots.length;
    this.#slots[index] = slot;
    return index;
  }

  at(index: number): Slot {
    return this.#slots[index] as Slot;
  }

  /** The idle container of the function that was used last, -1 if none is idle. */
  take(functionId: number): number {
    const index = (this.#idle[functionId] as number[]).pop() ?? -1;
    if (index >= 0) this.at(index).idle = false;
    return index;
  }

  release(index: number): void {
    const slot = this.at(index);
    slot.idle = true;
    (this.#idle[slot.functionId] as number[]).push(index);
  }

  /** Forgets an idle or running container. */
  remove(index: number): void {
    const idle = this.#idle[this.at(index).functionId] as number[];
    const at = idle.indexOf(index);
    if (at >= 0) idle.splice(at, 1);
    this.#slots[index] = undefined;
    this.#free.push(index);
  }

  /** Slots in use, ascending. */
  indexes(): number[] {
    return this.#slots.flatMap((slot, index) => (slot === undefined ? [] : [index]));
  }
}
