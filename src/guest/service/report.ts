// Free page reporting's worker (docs/linux-memory.md B.3): two seconds after a large block became
// free, a pass over the zones; 32 blocks at a time are off the lists until the device has seen
// them. How the device hears of them is the caller's.

import { NS_PER_S } from '../../abi/unit.ts';
import { KERNEL_ZONES, PAGEBLOCK_ORDER, REPORT_SLOTS, expectAnswer } from '../../core/index.ts';
import type { TimerHandle, Timers } from '../../time/index.ts';
import type { GuestMemory } from '../memory.ts';

/** Pause before a pass. */
export const REPORT_DELAY_NS: number = 2 * NS_PER_S;

/**
 * Sends blocks to the device; `done` when it has seen them. False: nothing was sent and `done` will
 * not be called.
 */
export type SendReport = (
  pfns: Uint32Array,
  orders: Uint32Array,
  count: number,
  done: () => void,
) => boolean;

export class ReportWorker {
  /** Passes made, and reports sent. */
  passes = 0;
  reports = 0;
  readonly #memory: GuestMemory;
  readonly #timers: Timers;
  readonly #send: SendReport;
  readonly #pfns: Uint32Array = new Uint32Array(REPORT_SLOTS);
  readonly #orders: Uint32Array = new Uint32Array(REPORT_SLOTS);
  #timer: TimerHandle | undefined;
  #isActive = false;

  constructor(memory: GuestMemory, timers: Timers, send: SendReport) {
    this.#memory = memory;
    this.#timers = timers;
    this.#send = send;
  }

  /**
   * From now on free blocks of this order or more are reported; registering asks for a first pass.
   */
  start(order: number = PAGEBLOCK_ORDER): void {
    expectAnswer(this.#memory.core.reporting.listen(order), 'reporting.listen');
    this.poll();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#memory.core.reporting.stop();
  }

  /** Schedules a pass when the allocator asked for one and none is on its way. */
  poll(): void {
    if (this.#isActive || this.#timer !== undefined) return;
    if (!this.#memory.core.reporting.isWanted) return;
    this.#timer = this.#timers.after(REPORT_DELAY_NS, () => {
      this.#timer = undefined;
      this.#isActive = true;
      this.passes += 1;
      this.#memory.core.reporting.clearWanted();
      this.#zone(0);
    });
  }

  /** Goes on with a zone until its blocks are through or one report waits for the device. */
  #zone(first: number): void {
    for (let zone = first; zone < KERNEL_ZONES; zone += 1) {
      for (let held = this.#take(zone); held > 0; held = this.#take(zone)) {
        if (!this.#report(zone, held)) return;
      }
    }
    this.#isActive = false;
    this.poll();
  }

  #take(zone: number): number {
    return this.#memory.core.reporting.take(zone, this.#pfns, this.#orders);
  }

  /** Whether the blocks are back already. */
  #report(zone: number, held: number): boolean {
    const { reporting } = this.#memory.core;
    let isBack = false;
    let isWaiting = false;
    const sent = this.#send(this.#pfns, this.#orders, held, () => {
      isBack = true;
      expectAnswer(reporting.putBack(true), 'reporting.putBack');
      if (isWaiting) this.#zone(zone);
    });
    if (sent) {
      this.reports += 1;
      isWaiting = !isBack;
      return isBack;
    }
    expectAnswer(reporting.putBack(false), 'reporting.putBack');
    return true;
  }
}
