// Virtual time for devices and drivers: nothing happens by itself, whoever owns the clock moves it.
// Timers due at the same time fire in the order in which they were set, so runs repeat exactly. Not
// the replay's event loop.

import type { TimerHandle, Timers } from './timers.ts';

interface Timer {
  readonly atNs: number;
  readonly order: number;
  readonly fire: () => void;
  isCancelled: boolean;
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atNs !== b.atNs ? a.atNs < b.atNs : a.order < b.order;
}

export class VirtualClock implements Timers {
  /** A binary heap, the earliest first. Cancelled timers stay in it until they would fire. */
  readonly #heap: Timer[] = [];
  #nowNs = 0;
  #order = 0;
  #live = 0;

  get nowNs(): number {
    return this.#nowNs;
  }

  /** Timers that will fire. */
  get pending(): number {
    return this.#live;
  }

  /** When the next timer fires; undefined when none will. */
  get nextNs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.atNs;
  }

  after(delayNs: number, fire: () => void): TimerHandle {
    const atNs = this.#nowNs + Math.max(0, delayNs);
    const timer: Timer = { atNs, order: this.#order++, fire, isCancelled: false };
    this.#push(timer);
    this.#live += 1;
    return { cancel: () => this.#cancel(timer) };
  }

  /** Moves time on, firing what becomes due on the way. */
  advance(delayNs: number): void {
    this.advanceTo(this.#nowNs + delayNs);
  }

  advanceTo(endNs: number): void {
    for (;;) {
      this.#dropCancelled();
      const next = this.#heap[0];
      if (next === undefined || next.atNs > endNs) break;
      this.#pop();
      this.#live -= 1;
      next.isCancelled = true;
      this.#nowNs = next.atNs;
      next.fire();
    }
    this.#nowNs = Math.max(this.#nowNs, endNs);
  }

  #cancel(timer: Timer): void {
    if (timer.isCancelled) return;
    timer.isCancelled = true;
    this.#live -= 1;
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.isCancelled === true) this.#pop();
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent] as Timer)) break;
      heap[at] = heap[parent] as Timer;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Timer;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Timer)) child += 1;
      if (!isBefore(heap[child] as Timer, last)) break;
      heap[at] = heap[child] as Timer;
      at = child;
    }
    heap[at] = last;
  }
}
