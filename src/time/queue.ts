// What lies ahead, in a binary heap over typed arrays. Equal times keep the order in which they were pushed, so a run
// repeats exactly. The queue knows neither the unit of its times nor what its events mean: 32-bit integers.

type QueueColumn = Float64Array<ArrayBuffer>;
type Events = Int32Array<ArrayBuffer>;

const FIRST_CAPACITY = 64;

export class EventQueue {
  /** The first says Infinity when there is none. */
  private _times: QueueColumn = new Float64Array(FIRST_CAPACITY).fill(Infinity, 0, 1);
  private _orders: QueueColumn = new Float64Array(FIRST_CAPACITY);
  private _events: Events = new Int32Array(FIRST_CAPACITY);
  private _size = 0;
  private _pushed = 0;

  get size(): number {
    return this._size;
  }

  /** Time of the next event, Infinity when there is none. */
  get nextTime(): number {
    return this._times[0] as number;
  }

  /** The next event; only when there is one. */
  get nextEvent(): number {
    return this._events[0] as number;
  }

  push(time: number, event: number): void {
    if (this._size === this._times.length) this._grow();
    const order = this._pushed;
    this._pushed += 1;
    let at = this._size;
    this._size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this._isAfter(parent, time, order)) break;
      this._move(parent, at);
      at = parent;
    }
    this._put(at, time, order, event);
  }

  /** Takes the next event out; only when there is one. */
  pop(): number {
    const event = this._events[0] as number;
    this._size -= 1;
    const last = this._size;
    if (last > 0) this._sink(this._times[last] as number, this._orders[last] as number, last);
    else this._times[0] = Infinity;
    return event;
  }

  /** Puts the entry of the old end where it belongs, from the top down. */
  private _sink(time: number, order: number, last: number): void {
    const event = this._events[last] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      const other = child + 1;
      const otherTime = this._times[other] as number;
      if (other < last && this._isAfter(child, otherTime, this._orders[other] as number)) {
        child = other;
      }
      if (this._isAfter(child, time, order)) break;
      this._move(child, at);
      at = child;
    }
    this._put(at, time, order, event);
  }

  private _isAfter(at: number, time: number, order: number): boolean {
    const own = this._times[at] as number;
    return own > time || (own === time && (this._orders[at] as number) > order);
  }

  private _move(source: number, target: number): void {
    this._times[target] = this._times[source] as number;
    this._orders[target] = this._orders[source] as number;
    this._events[target] = this._events[source] as number;
  }

  private _put(at: number, time: number, order: number, event: number): void {
    this._times[at] = time;
    this._orders[at] = order;
    this._events[at] = event;
  }

  private _grow(): void {
    this._times = doubled(this._times);
    this._orders = doubled(this._orders);
    const events = new Int32Array(this._events.length * 2);
    events.set(this._events);
    this._events = events;
  }
}

function doubled(old: QueueColumn): QueueColumn {
  const made = new Float64Array(old.length * 2);
  made.set(old);
  return made;
}
