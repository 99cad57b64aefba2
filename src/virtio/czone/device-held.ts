/**
 * The report that the host is at work on. It lies in the ring, unanswered, for as long as that takes:
 * answers come later on the clock, and whoever cancels the request in the meantime loses nothing.
 */

import { bound } from '../../graph/index.ts';
import type { TimerHandle, Timers } from '../../time/index.ts';
import type { DevicePort } from '../device.ts';
import { DescriptorChain } from '../queue/chain.ts';
import { readChain } from './chain-bytes.ts';
import { MAX_RANGES_MAX, QUEUE_REPORT } from './config.ts';
import { decodeRanges, decodeReportHeader, REPORT_HEADER_BYTES, reportBytes } from './report.ts';

export interface HeldOptions {
  readonly timers?: Timers | undefined;
  readonly reportNs?: ((frames: number) => number) | undefined;
}

export class HeldReport {
  private readonly _options: HeldOptions;
  private readonly _serve: () => void;
  private readonly _chain = new DescriptorChain();
  private _held: { readonly zone: number; readonly timer: TimerHandle } | undefined;

  /** `serve` answers what lies in the ring. */
  constructor(options: HeldOptions, serve: () => void) {
    this._options = options;
    this._serve = serve;
  }

  /** The zone whose report it is; undefined: none is held. */
  get zone(): number | undefined {
    return this._held?.zone;
  }

  /** Is there a report that takes time? Then it is served when that has passed. */
  hold(port: DevicePort): boolean {
    const { timers, reportNs } = this._options;
    if (this._held !== undefined) return true;
    if (timers === undefined || reportNs === undefined) return false;
    const found = this._peek(port);
    const ns = found === undefined ? 0 : reportNs(found.frames);
    if (found === undefined || ns === 0) return false;
    this._held = { zone: found.zone, timer: timers.after(ns, bound(this, this.letGo)) };
    return true;
  }

  /** Answers it now. */
  letGo(): void {
    this.drop();
    this._serve();
  }

  drop(): void {
    this._held?.timer.cancel();
    this._held = undefined;
  }

  /** The next report and its frames, left where it is. What is wrong with it is found when it is served. */
  private _peek(port: DevicePort): { zone: number; frames: number } | undefined {
    const queue = port.queue(QUEUE_REPORT);
    if (queue?.pop(this._chain) !== 'chain') return undefined;
    const bytes = readChain(port.memory, this._chain, reportBytes(MAX_RANGES_MAX));
    queue.undoPop();
    if (bytes.length < REPORT_HEADER_BYTES) return undefined;
    const { zone, ranges } = decodeReportHeader(bytes);
    if (bytes.length < reportBytes(ranges)) return undefined;
    const frames = decodeRanges(bytes, ranges).reduce((sum, { count }) => sum + count, 0);
    return { zone, frames };
  }
}
