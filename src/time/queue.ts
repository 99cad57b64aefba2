// Events that lie ahead, in a binary heap over typed arrays. Equal times keep the order in which they were pushed, so the
// queue is deterministic.

/** A container is ready for the call that it was started for. */
export const EVENT_READY = 0;
/** A call ends. */
export const EVENT_END = 1;
/** An idle container may have outlived its keep-alive. */
export const EVENT_EXPIRE = 2;

/** An idle container may have been idle for long enough to be asked for memory. */
export const EVENT_RECLAIM = 3;
/** The host has taken what an idle container was asked for. */
export const EVENT_RECLAIMED = 4;

const KINDS = 8;

export class EventQueue {
  #times: Float64Array<ArrayBuffer> = new Float64Array(1024);
  #orders: Float64Array<ArrayBuffer> = new Float64Array(1024);
  #events: Float64Array<ArrayBuffer> = new Float64Array(1024);
  #size = 0;
  #pushed = 0;

  get size(): number {
    return this.#size;
  }

  /** Time of the next event, Infinity when there is none. */
  get nextMs(): number {
    return this.#size === 0 ? Infinity : (this.#times[0] as number);
  }

  push(timeMs: number, kind: number, slot: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const order = this.#pushed;
    this.#pushed += 1;
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isAfter(parent, timeMs, order)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, timeMs, order, slot * KINDS + kind);
  }

  /** Takes the next event out: its kind and its slot in one number (see kindOf and slotOf). */
  pop(): number {
    const event = this.#events[0] as number;
    this.#size -= 1;
    const last = this.#size;
    if (last > 0) this.#sink(this.#times[last] as number, this.#orders[last] as number, last);
    return event;
  }

  /** Puts the entry of the old end where it belongs, from the top down. */
  #sink(timeMs: number, order: number, last: number): void {
    const event = this.#events[last] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      const other = child + 1;
      const time = this.#times[other] as number;
      if (other < last && this.#isAfter(child, time, this.#orders[other] as number)) child = other;
      if (this.#isAfter(child, timeMs, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, timeMs, order, event);
  }

  #isAfter(at: number, timeMs: number, order: number): boolean {
    const time = this.#times[at] as number;
    return time > timeMs || (time === timeMs && (this.#orders[at] as number) > order);
  }

  #move(source: number, target: number): void {
    this.#times[target] = this.#times[source] as number;
    this.#orders[target] = this.#orders[source] as number;
    this.#events[target] = this.#events[source] as number;
  }

  #put(at: number, timeMs: number, order: number, event: number): void {
    this.#times[at] = timeMs;
    this.#orders[at] = order;
    this.#events[at] = event;
  }

  #grow(): void {
    const double = (old: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const made = new Float64Array(old.length * 2);
      made.set(old);
      return made;
    };
    this.#times = double(this.#times);
    this.#orders = double(this.#orders);
    this.#events = double(this.#events);
  }
}

export function kindOf(event: number): number {
  return event % KINDS;
}

export function slotOf(event: number): number {
  return Math.floor(event / KINDS);
}
