// A live run of a recording: an emulated guest beside the real one, over the time of the recording.

import { type CoreBuild, US_PER_S } from '../../core/index.ts';
import { FUNCTION, TEXT, expectInteger, expectShape } from '../../check/index.ts';
import { following } from '../error.ts';
import { compileStream } from '../placement/index.ts';
import * as P from '../program/index.ts';
import { turnsShiftUs } from '../program/index.ts';
import { type Capture, expectCapture, recordedSpan, timeOf } from '../read/index.ts';
import { compareSeries, type LiveSeries } from './compare.ts';
import type { Figures } from './figures.ts';
import { Follower } from './follow.ts';
import { type LiveCounts, LiveGuest } from './guest.ts';
import { KernelBooks } from './kernel-books.ts';
import { LiveMachine } from './machine.ts';
import { lookUs } from './pace.ts';
import { standsAt } from './requests.ts';
import { holdStart, seenTurns } from './start.ts';
import { Tenants } from './tenants.ts';
import { nsOf, type Wish, wishesOf } from './wishes.ts';

/** Moments at which both guests are looked at, the start apart. */
export const LIVE_MOMENTS = 40;

/** Both guests over the recording's time. */
export interface LiveResult {
  /** Seconds since boot of each moment. */
  readonly seconds: readonly number[];
  /** Figures of both at each moment, in frames or percent. */
  readonly series: readonly LiveSeries[];
  /** What the guest of ours was asked, and what it could not do. */
  readonly counts: Readonly<LiveCounts>;
}

/** How a live run looks at the guests. */
export interface LiveOptions {
  /** The core's; of Linux 6.12 that of replays if not said. */
  readonly build?: CoreBuild;
  /** Moments at which both are looked at, the start apart: 1 to 10,000; 40 if not said. */
  readonly moments?: number;
  /** Hears how many moments are reached, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A task that goes on leaves the processor to others by the next tick (CONFIG_HZ=250). */
const TICK_US = 4000;

class LiveRun {
  readonly #capture: Capture;
  readonly #machine: LiveMachine;
  readonly #guest: LiveGuest;
  readonly #books: KernelBooks;
  readonly #follower: Follower;
  readonly #wishes: Wish[];
  readonly #commands: Uint32Array;
  readonly #stands: Uint32Array;
  readonly #fromUs: number;
  readonly #untilUs: number;
  /** The emulated clock stands so much before the recorded one: on whole seconds at the vmstat worker's turns. */
  readonly #shiftUs: number;
  #next = 0;
  #yieldedUs = 0;

  constructor(capture: Capture, build: CoreBuild) {
    this.#capture = capture;
    const stream = compileStream(capture, { minPages: 0 });
    this.#commands = stream.commands;
    this.#wishes = wishesOf(capture, stream.commands);
    const { trace } = capture;
    const { first, end } = recordedSpan(trace);
    this.#fromUs = timeOf(trace, first);
    this.#untilUs = timeOf(trace, Math.max(first, end - 1));
    this.#shiftUs = turnsShiftUs(seenTurns(capture));
    this.#yieldedUs = this.#fromUs;
    const fromNs = this.#clockNs(this.#fromUs);
    const looks = lookUs(trace, stream.commands);
    const looksNs = looks === undefined ? undefined : this.#clockNs(looks);
    this.#machine = new LiveMachine(capture, build, this.#wishes, fromNs, looksNs);
    const tenants = new Tenants(this.#machine.spanFrames);
    holdStart(tenants, capture.start);
    this.#guest = new LiveGuest(this.#machine, tenants);
    this.#books = new KernelBooks(capture);
    this.#stands = standsAt(stream);
    this.#follower = new Follower(capture, stream, tenants, this.#guest, this.#books);
  }

  run(moments: number, onProgress: LiveOptions['onProgress']): LiveResult {
    const [from, span] = [this.#fromUs, this.#untilUs - this.#fromUs];
    const times = Array.from({ length: moments + 1 }, (_, at) => from + (span * at) / moments);
    const kernel: Figures[] = [];
    const live: Figures[] = [];
    for (const [at, timeUs] of times.entries()) {
      onProgress?.(at, moments);
      this.#runTo(timeUs);
      kernel.push(this.#books.figures());
      live.push(this.#guest.figures());
    }
    return {
      seconds: times.map((timeUs) => timeUs / US_PER_S),
      series: compareSeries(kernel, live),
      counts: this.#guest.counts,
    };
  }

  #runTo(timeUs: number): void {
    const { trace } = this.#capture;
    const count = P.commandCount(this.#commands);
    for (; this.#next < count; this.#next += 1) {
      const event = this.#stands[this.#next] ?? 0;
      const atUs = timeOf(trace, event);
      if (atUs > timeUs) break;
      this.#advance(atUs);
      this.#follower.follow(this.#next);
      if (this.#leaves(event, this.#stands[this.#next + 1])) this.#yield();
    }
    this.#advance(timeUs);
    this.#books.runTo(timeUs);
  }

  /** Whether the task of an event leaves the processor after it: the next is another's, or comes a tick later. */
  #leaves(event: number, next: number | undefined): boolean {
    const { trace } = this.#capture;
    if (next === undefined || trace.task[event] !== trace.task[next]) return true;
    return timeOf(trace, next) - this.#yieldedUs >= TICK_US;
  }

  /** What the kernel has to do in the background comes before more time passes. */
  #yield(): void {
    this.#guest.yield();
    this.#yieldedUs = this.#machine.vmm.clock.nowNs / nsOf(1) + this.#shiftUs;
  }

  /** Time passes, and the host wishes what it did meanwhile. */
  #advance(timeUs: number): void {
    for (let wish = this.#wishes[0]; wish !== undefined; wish = this.#wishes[0]) {
      if (wish.atUs > timeUs) break;
      this.#wishes.shift();
      this.#pass(wish.atUs);
      this.#machine.wish(wish);
    }
    this.#pass(timeUs);
  }

  /** Tick by tick, and the background works at each: a look at the guest is no reason for it to. */
  #pass(timeUs: number): void {
    for (let us = this.#yieldedUs + TICK_US; us < timeUs; us += TICK_US) {
      this.#clockTo(us);
      this.#yield();
    }
    this.#clockTo(timeUs);
  }

  #clockTo(us: number): void {
    const { clock } = this.#machine.vmm;
    if (this.#clockNs(us) > clock.nowNs) clock.advanceTo(this.#clockNs(us));
  }

  #clockNs(us: number): number {
    return nsOf(us - this.#shiftUs);
  }
}

const MOMENTS_MOST = 10_000;

/**
 * Runs a guest of our own beside a recorded one (`guestmem verify --live`): it decides all but what tasks ask for. Throws RecordingError
 * where the recording cannot be followed, RefusedArgument.
 */
export function runLive(capture: Capture, options: LiveOptions = {}): LiveResult {
  expectCapture(capture);
  expectShape('options', options, { 'build?': TEXT, 'onProgress?': FUNCTION });
  const { moments = LIVE_MOMENTS } = options;
  expectInteger('options.moments', moments, 1, MOMENTS_MOST);
  // guests of 6.12 are those of replays; only recordings have a build of their own
  const { name, build: recorded } = capture.kernel;
  const build = options.build ?? (name === '6.12' ? 'release' : recorded);
  return following(capture, () => new LiveRun(capture, build).run(moments, options.onProgress));
}
