// What lies ahead, in a binary heap over typed arrays. Equal times keep the order in which they were pushed, so a run
// repeats exactly. The queue knows neither the unit of its times nor what its events mean: 32-bit integers.

type QueueColumn = Float64Array<ArrayBuffer>;
type Events = Int32Array<ArrayBuffer>;

const FIRST_CAPACITY = 64;

export class EventQueue {
  #times: QueueColumn = new Float64Array(FIRST_CAPACITY);
  #orders: QueueColumn = new Float64Array(FIRST_CAPACITY);
  #events: Events = new Int32Array(FIRST_CAPACITY);
  #size = 0;
  #pushed = 0;

  get size(): number {
    return this.#size;
  }

  /** Time of the next event, Infinity when there is none. */
  get nextTime(): number {
    return this.#size === 0 ? Infinity : (this.#times[0] as number);
  }

  /** The next event; only when there is one. */
  get nextEvent(): number {
    return this.#events[0] as number;
  }

  push(time: number, event: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const order = this.#pushed;
    this.#pushed += 1;
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isAfter(parent, time, order)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, time, order, event);
  }

  /** Takes the next event out; only when there is one. */
  pop(): number {
    const event = this.#events[0] as number;
    this.#size -= 1;
    const last = this.#size;
    if (last > 0) this.#sink(this.#times[last] as number, this.#orders[last] as number, last);
    return event;
  }

  /** Puts the entry of the old end where it belongs, from the top down. */
  #sink(time: number, order: number, last: number): void {
    const event = this.#events[last] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      const other = child + 1;
      const otherTime = this.#times[other] as number;
      if (other < last && this.#isAfter(child, otherTime, this.#orders[other] as number)) {
        child = other;
      }
      if (this.#isAfter(child, time, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, time, order, event);
  }

  #isAfter(at: number, time: number, order: number): boolean {
    const own = this.#times[at] as number;
    return own > time || (own === time && (this.#orders[at] as number) > order);
  }

  #move(source: number, target: number): void {
    this.#times[target] = this.#times[source] as number;
    this.#orders[target] = this.#orders[source] as number;
    this.#events[target] = this.#events[source] as number;
  }

  #put(at: number, time: number, order: number, event: number): void {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#events[at] = event;
  }

  #grow(): void {
    this.#times = doubled(this.#times);
    this.#orders = doubled(this.#orders);
    const events = new Int32Array(this.#events.length * 2);
    events.set(this.#events);
    this.#events = events;
  }
}

function doubled(old: QueueColumn): QueueColumn {
  const made = new Float64Array(old.length * 2);
  made.set(old);
  return made;
}
