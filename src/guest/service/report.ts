// Free page reporting's worker (docs/linux-memory.md B.3): two seconds after a large block became
// free, a pass over the zones; 32 blocks at a time are off the lists until the device has seen
// them. How the device hears of them is the caller's.

import { bound } from '../../graph/index.ts';
import { NS_PER_S } from '../../abi/unit.ts';
import {
  KERNEL_ZONES,
  ORDER_MAX,
  PAGEBLOCK_ORDER,
  REPORT_SLOTS,
  expectAnswer,
} from '../../core/index.ts';
import { expectInteger } from '../../check/index.ts';
import { type TimerHandle, type Timers, expectDelay } from '../../time/index.ts';
import type { GuestMemory } from '../memory.ts';

/** Pause before a pass (PAGE_REPORTING_DELAY). */
export const REPORT_DELAY_NS: number = 2 * NS_PER_S;

/** The kernel's parameters of page reporting. */
export interface ReportParameters {
  /** Smallest order that is reported (page_reporting_order): 0 to 10, pageblock_order if not said. */
  readonly reportingOrder?: number;
  readonly reportingDelayNs?: number;
  /** Blocks of one report (PAGE_REPORTING_CAPACITY): 1 to 32, 32 if not said. */
  readonly reportingCapacity?: number;
}

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

/** All parameters, those that were not said as Linux has them. Throws RefusedArgument. */
export function expectReportParameters(given: ReportParameters): Required<ReportParameters> {
  const { reportingOrder = PAGEBLOCK_ORDER, reportingCapacity = REPORT_SLOTS } = given;
  const { reportingDelayNs = REPORT_DELAY_NS } = given;
  return {
    reportingOrder: expectInteger('reportingOrder', reportingOrder, 0, ORDER_MAX),
    reportingCapacity: expectInteger('reportingCapacity', reportingCapacity, 1, REPORT_SLOTS),
    reportingDelayNs: expectDelay('reportingDelayNs', reportingDelayNs),
  };
}

export class ReportWorker {
  /** Passes made, and reports sent. */
  passes = 0;
  reports = 0;
  private readonly _memory: GuestMemory;
  private readonly _timers: Timers;
  private readonly _send: SendReport;
  private readonly _parameters: Required<ReportParameters>;
  private readonly _delayNs: number;
  private readonly _pfns: Uint32Array = new Uint32Array(REPORT_SLOTS);
  private readonly _orders: Uint32Array = new Uint32Array(REPORT_SLOTS);
  private _timer: TimerHandle | undefined;
  private _isActive = false;
  /** Whether the device has seen the report, and the zone that goes on when it has. */
  private _isBack = false;
  private _waitsIn: number | undefined;

  constructor(
    memory: GuestMemory,
    timers: Timers,
    send: SendReport,
    parameters: ReportParameters = {},
  ) {
    this._parameters = expectReportParameters(parameters);
    this._delayNs = this._parameters.reportingDelayNs;
    this._memory = memory;
    this._timers = timers;
    this._send = send;
  }

  /** From now on free blocks are reported; registering asks for a first pass. */
  start(): void {
    const { reportingOrder, reportingCapacity } = this._parameters;
    const { reporting } = this._memory.core;
    expectAnswer(reporting.listen(reportingOrder, reportingCapacity), 'reporting.listen');
    this.poll();
  }

  /** Schedules a pass when the allocator asked for one and none is on its way. */
  poll(): void {
    if (this._isActive || this._timer !== undefined) return;
    if (!this._memory.core.reporting.isWanted) return;
    this._timer = this._timers.after(this._delayNs, bound(this, this._pass));
  }

  private _pass(): void {
    this._timer = undefined;
    this._isActive = true;
    this.passes += 1;
    this._memory.core.reporting.clearWanted();
    this._zone(0);
  }

  /**
   * Goes on with a zone until its blocks are through or one report waits for the device. A device that
   * takes none ends the pass.
   */
  private _zone(first: number): void {
    let isRefused = false;
    for (let zone = first; zone < KERNEL_ZONES && !isRefused; zone += 1) {
      for (let held = this._take(zone); held > 0; held = this._take(zone)) {
        const answer = this._report(zone, held);
        if (answer === 'waits') return;
        isRefused = answer === 'refused';
      }
    }
    this._isActive = false;
    this.poll();
  }

  private _take(zone: number): number {
    return this._memory.core.reporting.take(zone, this._pfns, this._orders);
  }

  /** Back, or still with the device. */
  private _report(zone: number, held: number): 'back' | 'waits' | 'refused' {
    const { reporting } = this._memory.core;
    this._isBack = false;
    const sent = this._send(this._pfns, this._orders, held, bound(this, this._seen));
    if (!sent) {
      expectAnswer(reporting.putBack(false), 'reporting.putBack');
      return 'refused';
    }
    this.reports += 1;
    if (this._isBack) return 'back';
    this._waitsIn = zone;
    return 'waits';
  }

  /** The device has seen the one report that was sent. */
  private _seen(): void {
    this._isBack = true;
    expectAnswer(this._memory.core.reporting.putBack(true), 'reporting.putBack');
    const zone = this._waitsIn;
    this._waitsIn = undefined;
    if (zone !== undefined) this._zone(zone);
  }
}
