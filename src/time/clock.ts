// The one clock of a run. Nothing happens by itself: whoever owns the clock moves it. Two kinds of things lie ahead in one
// queue: timers of devices, drivers and workers, which the clock calls back, and the owner's own events, which are
// numbers, so that a replay's arrivals and ends of calls take no closure each.
//
// A clock counts in ticks of its owner's choice. Devices think in nanoseconds; traces are in milliseconds, and would be
// rounded on the way to nanoseconds and back.

import { RefusedArgument, expectFunction } from '../check/index.ts';
import type { Known } from '../graph/index.ts';
import { EventQueue } from './queue.ts';
import { LONGEST_NS, type TimerHandle, type Timers, expectDelay } from './timers.ts';

/** What `step` gives when the next thing was a timer, which has fired. */
export const TIMER_FIRED = -1;

class Timer implements TimerHandle {
  private readonly _clock: Clock;
  /** undefined once it has fired or was cancelled. */
  fire: (() => void) | undefined;

  constructor(clock: Clock, fire: () => void) {
    this._clock = clock;
    this.fire = fire;
  }

  isOf(clock: Clock): boolean {
    return this._clock === clock;
  }

  cancel(): void {
    this._clock.forget(this);
  }
}

/**
 * Virtual time, and the calls that are due in it. It moves when its owner moves it; calls at equal times come in the
 * order in which they were asked for.
 */
export class Clock implements Timers {
  private readonly _nsPerTick: number;
  /** Events of the owner as they are, timers as -1 - index. */
  private readonly _queue: EventQueue = new EventQueue();
  /** Timers in the queue by index; an index is free again when its timer leaves the queue. */
  private readonly _timers: Timer[] = [];
  private readonly _freeIndexes: number[] = [];
  private _now = 0;
  private _pending = 0;
  /** Cancelled timers stay in the queue, but never at its head. */
  private _cancelled = 0;

  constructor(nsPerTick = 1) {
    if (!(typeof nsPerTick === 'number' && nsPerTick > 0 && nsPerTick < Infinity)) {
      throw new RefusedArgument('clock: tick', 'a finite time above 0 ns', nsPerTick);
    }
    this._nsPerTick = nsPerTick;
  }

  /** In ticks. */
  get now(): number {
    return this._now;
  }

  get nowNs(): number {
    return this._now * this._nsPerTick;
  }

  /** When the next thing happens, in ticks; Infinity when nothing will. */
  get next(): number {
    return this._queue.nextTime;
  }

  /** When the next thing happens, in nanoseconds; Infinity when nothing will. */
  get nextNs(): number {
    return this.next * this._nsPerTick;
  }

  /** Timers that will fire. */
  get pending(): number {
    return this._pending;
  }

  after(delayNs: number, fire: () => void): TimerHandle {
    const ticks = expectDelay('timer', delayNs) / this._nsPerTick;
    const timer = new Timer(this, expectFunction('fire', fire));
    const index = this._freeIndexes.pop() ?? this._timers.length;
    this._timers[index] = timer;
    this._queue.push(this._now + ticks, -1 - index);
    this._pending += 1;
    return timer;
  }

  /** Puts an event of the owner's (0 or more) at a time in ticks; `step` gives it back then. */
  post(at: number, event: number): void {
    if (!this._isAhead(at)) throw this._noTime(at);
    if ((event | 0) !== event || event < 0) {
      throw new RefusedArgument('clock: event', 'a whole number of 0 to 2147483647', event);
    }
    this._queue.push(at, event);
  }

  /** Moves to the next thing. The owner's event, or TIMER_FIRED. Throws RefusedArgument when nothing will happen. */
  step(): number {
    const { next } = this;
    if (next === Infinity)
      throw new RefusedArgument('clock', 'something that lies ahead', 'nothing');
    this._now = next;
    const event = this._queue.pop();
    if (this._cancelled > 0) this._dropCancelled();
    if (event < 0) this._fire(-1 - event);
    return event < 0 ? TIMER_FIRED : event;
  }

  /** Moves to a time in ticks before which nothing happens. */
  moveTo(at: number): void {
    if (!this._isAhead(at) || this.next < at) throw this._noTime(at);
    this._now = at;
  }

  /** Moves time on, firing what becomes due on the way. For owners without events of their own. */
  advance(delayNs: number): void {
    this.advanceTo(this.nowNs + expectDelay('clock', delayNs));
  }

  /** Moves to a time in nanoseconds, firing what becomes due on the way. Throws RefusedArgument for the past. */
  advanceTo(endNs: number): void {
    if (typeof endNs !== 'number') throw this._noTime(endNs);
    const end = endNs / this._nsPerTick;
    if (!(end >= this._now && endNs <= LONGEST_NS)) throw this._noTime(end);
    while (this.next <= end) {
      const event = this.step();
      if (event !== TIMER_FIRED) throw new RefusedArgument('clock: event', 'timers only', event);
    }
    // a timer may have moved time further
    if (end > this._now) this._now = end;
  }

  private _fire(index: number): void {
    const timer = this._timers[index] as Timer;
    const { fire } = timer;
    timer.fire = undefined;
    this._freeIndexes.push(index);
    this._pending -= 1;
    fire?.();
  }

  /** Cancels a timer of this clock, as its handle does. */
  forget(timer: TimerHandle): void {
    if (!(timer instanceof Timer && timer.isOf(this))) {
      throw new RefusedArgument('timer', 'a timer of this clock', timer);
    }
    if (timer.fire === undefined) return;
    timer.fire = undefined;
    this._pending -= 1;
    this._cancelled += 1;
    this._dropCancelled();
  }

  private _dropCancelled(): void {
    while (this._cancelled > 0) {
      const index = -1 - this._queue.nextEvent;
      if (index < 0 || this._timers[index]?.fire !== undefined) return;
      this._queue.pop();
      this._freeIndexes.push(index);
      this._cancelled -= 1;
    }
  }

  private _isAhead(at: number): boolean {
    return typeof at === 'number' && at >= this._now && at < Infinity;
  }

  private _noTime(at: number): RefusedArgument {
    return new RefusedArgument('clock', `a finite time not before ${this._now}`, at);
  }
}

/** What of this file may stand in the state of a run. */
export const CLOCK_CLASSES: Required<Known>['classes'] = { Clock: Clock, Timer: Timer };
