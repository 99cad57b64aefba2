// The one clock of a run. Nothing happens by itself: whoever owns the clock moves it. Two kinds of things lie ahead in one
// queue: timers of devices, drivers and workers, which the clock calls back, and the owner's own events, which are
// numbers, so that a replay's arrivals and ends of calls take no closure each.
//
// A clock counts in ticks of its owner's choice. Devices think in nanoseconds; traces are in milliseconds, and would be
// rounded on the way to nanoseconds and back.

import { RefusedArgument } from '../check/index.ts';
import { EventQueue } from './queue.ts';
import { LONGEST_NS, type TimerHandle, type Timers, expectDelay } from './timers.ts';

/** What `step` gives when the next thing was a timer, which has fired. */
export const TIMER_FIRED = -1;

/** `fire` is undefined once it has fired or was cancelled. */
interface Timer {
  fire: (() => void) | undefined;
}

export class Clock implements Timers {
  readonly #nsPerTick: number;
  /** Events of the owner as they are, timers as -1 - index. */
  readonly #queue: EventQueue = new EventQueue();
  /** Timers in the queue by index; an index is free again when its timer leaves the queue. */
  readonly #timers: Timer[] = [];
  readonly #freeIndexes: number[] = [];
  #now = 0;
  #pending = 0;
  /** Cancelled timers stay in the queue until they are next. */
  #cancelled = 0;

  constructor(nsPerTick = 1) {
    if (!(nsPerTick > 0 && nsPerTick < Infinity)) {
      throw new RefusedArgument('clock: tick', 'a finite time above 0 ns', nsPerTick);
    }
    this.#nsPerTick = nsPerTick;
  }

  /** In ticks. */
  get now(): number {
    return this.#now;
  }

  get nowNs(): number {
    return this.#now * this.#nsPerTick;
  }

  /** When the next thing happens, in ticks; Infinity when nothing will. */
  get next(): number {
    if (this.#cancelled > 0) this.#dropCancelled();
    return this.#queue.nextTime;
  }

  get nextNs(): number {
    return this.next * this.#nsPerTick;
  }

  /** Timers that will fire. */
  get pending(): number {
    return this.#pending;
  }

  after(delayNs: number, fire: () => void): TimerHandle {
    const ticks = expectDelay('timer', delayNs) / this.#nsPerTick;
    const timer: Timer = { fire };
    const index = this.#freeIndexes.pop() ?? this.#timers.length;
    this.#timers[index] = timer;
    this.#queue.push(this.#now + ticks, -1 - index);
    this.#pending += 1;
    return { cancel: () => this.#cancel(timer) };
  }

  /** Puts an event of the owner's (0 or more) at a time in ticks; `step` gives it back then. */
  post(at: number, event: number): void {
    if (!(at >= this.#now && at < Infinity)) throw this.#noTime(at);
    this.#queue.push(at, event);
  }

  /** Moves to the next thing; there must be one. The owner's event, or TIMER_FIRED. */
  step(): number {
    this.#now = this.next;
    const event = this.#queue.pop();
    if (event < 0) this.#fire(-1 - event);
    return event < 0 ? TIMER_FIRED : event;
  }

  /** Moves to a time in ticks before which nothing happens. */
  moveTo(at: number): void {
    if (!(at >= this.#now && at < Infinity) || this.#hasBefore(at)) throw this.#noTime(at);
    this.#now = at;
  }

  /** Moves time on, firing what becomes due on the way. For owners without events of their own. */
  advance(delayNs: number): void {
    this.advanceTo(this.nowNs + expectDelay('clock', delayNs));
  }

  advanceTo(endNs: number): void {
    const end = endNs / this.#nsPerTick;
    if (!(end >= this.#now && endNs <= LONGEST_NS)) throw this.#noTime(end);
    while (this.next <= end) {
      const event = this.step();
      if (event !== TIMER_FIRED) throw new Error(`clock: nobody waits for event ${event}`);
    }
    this.#now = end;
  }

  #fire(index: number): void {
    const timer = this.#timers[index] as Timer;
    const { fire } = timer;
    timer.fire = undefined;
    this.#freeIndexes.push(index);
    this.#pending -= 1;
    fire?.();
  }

  #cancel(timer: Timer): void {
    if (timer.fire === undefined) return;
    timer.fire = undefined;
    this.#pending -= 1;
    this.#cancelled += 1;
  }

  #dropCancelled(): void {
    while (this.#cancelled > 0) {
      const index = -1 - this.#queue.nextEvent;
      if (index < 0 || this.#timers[index]?.fire !== undefined) return;
      this.#queue.pop();
      this.#freeIndexes.push(index);
      this.#cancelled -= 1;
    }
  }

  /** Cancelled timers are looked for only if something seems to be there: replays come here for every arrival. */
  #hasBefore(at: number): boolean {
    return this.#queue.nextTime < at && this.next < at;
  }

  #noTime(at: number): RefusedArgument {
    return new RefusedArgument('clock', `a finite time not before ${this.#now}`, at);
  }
}
