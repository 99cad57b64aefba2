/**
 * Requests of the host to the guest: sent as events, answered with reports of free and backed ranges,
 * which are released (sections 6.5 to 6.7). One request a zone at a time; whatever is not outstanding is
 * refused without a look at its ranges.
 */

import { bound } from '../../graph/index.ts';
import { FRAME_BYTES } from '../../abi/unit.ts';
import type { TimerHandle, Timers } from '../../time/index.ts';
import { DescriptorChain } from '../queue/chain.ts';
import { writeChain } from './chain-bytes.ts';
import { F_UNSOLICITED, QUEUE_EVENT } from './config.ts';
import type { DeviceContext } from './device-context.ts';
import type { ReclaimEnd, ReclaimResult } from './host.ts';
import {
  encodeEvent,
  EVENT_BYTES,
  CZONE_EVENT_CANCEL,
  CZONE_EVENT_RECLAIM,
  CZONE_EVENT_SHRINK,
  type CZoneEvent,
} from './event.ts';
import {
  decodeRanges,
  decodeReportHeader,
  REPORT_HEADER_BYTES,
  REPORT_LAST,
  REPORT_STOPPED,
  reportBytes,
  type CZoneRange,
  type ReportHeader,
} from './report.ts';
import {
  ack,
  busy,
  error,
  nack,
  ANSWER_ACK,
  WHY_COUNT,
  WHY_FLAGS,
  WHY_LENGTH,
  WHY_ORDER,
  WHY_OWNER,
  WHY_RANGE,
  WHY_REQUEST,
  WHY_TYPE,
  WHY_ZONE,
  type CZoneResponse,
} from './request.ts';

interface Outstanding {
  readonly requestId: number;
  reports: number;
  reportedPages: number;
  releasedPages: number;
  timer: TimerHandle | undefined;
  readonly done: ((result: ReclaimResult) => void) | undefined;
}

export class ReclaimWork {
  private readonly _context: DeviceContext;
  private readonly _timers: Timers | undefined;
  private readonly _timeoutNs: number;
  private readonly _outstanding = new Map<number, Outstanding>();
  /** Not the chain of reports: a request may begin while a report is answered. */
  private readonly _chain = new DescriptorChain();
  private _events: CZoneEvent[] = [];
  nextRequestId = 1;
  epoch = 1;

  constructor(context: DeviceContext, timers: Timers | undefined, timeoutNs: number) {
    this._context = context;
    this._timers = timers;
    this._timeoutNs = timeoutNs;
  }

  /** Id of the request that a zone has not finished. */
  outstanding(zone: number): number | undefined {
    return this._outstanding.get(zone)?.requestId;
  }

  start(
    type: typeof CZONE_EVENT_RECLAIM | typeof CZONE_EVENT_SHRINK,
    zone: number,
    targetBytes: number,
    done: ((result: ReclaimResult) => void) | undefined,
  ): number {
    const requestId = this.nextRequestId++;
    const { counters } = this._context;
    if (type === CZONE_EVENT_RECLAIM) counters.reclaimRequests++;
    else counters.shrinkRequests++;
    const timer =
      this._timeoutNs > 0
        ? this._timers?.after(this._timeoutNs, bound(this, this._late, zone))
        : undefined;
    const none = { reports: 0, reportedPages: 0, releasedPages: 0 };
    this._outstanding.set(zone, { requestId, ...none, timer, done });
    this.send({ type, zone, requestId, targetBytes, epoch: this.epoch });
    return requestId;
  }

  /** The request is void from here on; the guest is told, if it was told of the request. */
  cancel(zone: number, end: 'cancelled' | 'timeout' = 'cancelled'): boolean {
    const request = this._outstanding.get(zone);
    if (request === undefined) return false;
    const { requestId } = request;
    this._finish(zone, end);
    const waits = this._events.findIndex((event) => event.requestId === requestId);
    if (waits >= 0) this._events.splice(waits, 1);
    else
      this.send({ type: CZONE_EVENT_CANCEL, zone, requestId, targetBytes: 0, epoch: this.epoch });
    return true;
  }

  /** Voids a request without a word: the guest knows, or is not there any more. */
  forget(zone: number): void {
    const request = this._outstanding.get(zone);
    if (request === undefined) return;
    this._events = this._events.filter((event) => event.requestId !== request.requestId);
    this._finish(zone, 'void');
  }

  forgetAll(): void {
    this._events = [];
    for (const zone of Array.from(this._outstanding.keys())) this._finish(zone, 'void');
  }

  send(event: CZoneEvent): void {
    this._events.push(event);
    this.flush();
  }

  /** Writes events into the buffers that the driver has made available. */
  flush(): void {
    const { port, counters } = this._context;
    const queue = port.queue(QUEUE_EVENT);
    if (queue === undefined || !port.isActive) return;
    const chain = this._chain;
    let sent = false;
    while (this._events.length > 0 && queue.pop(chain) === 'chain') {
      const event = this._events.shift() as CZoneEvent;
      if (!writeChain(port.memory, chain, encodeEvent(event))) {
        port.needsReset('czone-event-buffer');
        break;
      }
      queue.pushUsed(chain.head, EVENT_BYTES);
      counters.eventsSent++;
      sent = true;
    }
    if (queue.fault !== undefined) port.needsReset(queue.fault);
    if (sent) port.interruptQueue(QUEUE_EVENT);
  }

  /** Answers one report. */
  report(bytes: Uint8Array): CZoneResponse {
    this._context.counters.reports++;
    if (bytes.length < REPORT_HEADER_BYTES) return error(WHY_LENGTH);
    const header = decodeReportHeader(bytes);
    const refusal = this._checkHeader(header, bytes.length);
    if (refusal !== undefined) return refusal;
    const ranges = decodeRanges(bytes, header.ranges);
    for (let i = 0, end = 0; i < ranges.length; i++) {
      const range = ranges[i] as CZoneRange;
      const why = this._checkRange(header.zone, range, end);
      if (why !== 0) return error(why);
      end = range.first + range.count;
    }
    const response = this._release(header, ranges);
    if (header.requestId !== 0 && (header.flags & REPORT_LAST) !== 0) {
      const stopped = (header.flags & REPORT_STOPPED) !== 0 || response.status !== ANSWER_ACK;
      this._finish(header.zone, stopped ? 'stopped' : 'done');
    }
    return response;
  }

  private _checkHeader(header: ReportHeader, lengthBytes: number): CZoneResponse | undefined {
    const { geometry, table } = this._context;
    const { requestId, zone, ranges, flags } = header;
    if (ranges > geometry.maxRanges) return error(WHY_COUNT);
    if (lengthBytes < reportBytes(ranges)) return error(WHY_LENGTH);
    if ((flags & ~(REPORT_LAST | REPORT_STOPPED)) !== 0) return error(WHY_FLAGS);
    if (requestId === 0) {
      if (!this._context.has(F_UNSOLICITED)) return error(WHY_TYPE);
    } else if (this._outstanding.get(zone)?.requestId !== requestId) {
      return nack(WHY_REQUEST);
    }
    if (!table.exists(zone)) return error(WHY_ZONE);
    return ranges === 0 && (flags & REPORT_LAST) === 0 ? error(WHY_COUNT) : undefined;
  }

  /** 0 when the range may be released. `end` is where the range before it ended. */
  private _checkRange(zone: number, { first, count }: CZoneRange, end: number): number {
    const { geometry, limits, table } = this._context;
    const { blockFrames, granuleFrames } = geometry;
    if (count === 0 || first + count > limits.usableBlocks * blockFrames) return WHY_RANGE;
    if (first % granuleFrames !== 0 || count % granuleFrames !== 0) return WHY_RANGE;
    if (first < end) return WHY_ORDER;
    const block = Math.floor(first / blockFrames);
    const blocks = Math.floor((first + count - 1) / blockFrames) - block + 1;
    return table.owner(block, blocks) === zone ? 0 : WHY_OWNER;
  }

  private _release(header: ReportHeader, ranges: readonly CZoneRange[]): CZoneResponse {
    const { host, counters, geometry } = this._context;
    const request = header.requestId === 0 ? undefined : this._outstanding.get(header.zone);
    let releasedPages = 0;
    if (request !== undefined) request.reports++;
    for (let i = 0; i < ranges.length; i++) {
      const { first, count } = ranges[i] as CZoneRange;
      const pages = host.release(geometry.startPfn + first, count);
      counters.releaseCalls++;
      if (pages < 0) return busy(i, releasedPages * FRAME_BYTES);
      releasedPages += pages;
      counters.reportedRanges++;
      counters.reportedPages += count;
      counters.releasedPages += pages;
      if (request === undefined) continue;
      request.reportedPages += count;
      request.releasedPages += pages;
    }
    return ack(ranges.length, releasedPages * FRAME_BYTES);
  }

  private _late(zone: number): void {
    this._context.counters.timedOutRequests++;
    this.cancel(zone, 'timeout');
  }

  private _finish(zone: number, end: ReclaimEnd): void {
    const request = this._outstanding.get(zone);
    if (request === undefined) return;
    this._outstanding.delete(zone);
    request.timer?.cancel();
    if (end === 'cancelled') this._context.counters.cancelledRequests++;
    const result = {
      zone,
      requestId: request.requestId,
      end,
      reports: request.reports,
      reportedBytes: request.reportedPages * FRAME_BYTES,
      releasedBytes: request.releasedPages * FRAME_BYTES,
    };
    request.done?.(result);
    this._context.host.reclaimed?.(result);
  }
}
