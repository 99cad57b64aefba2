/**
 * The driver's work on requests of the host, one report in flight: collect, send, put back what came back.
 * Collected ranges are off the allocator until the device has answered.
 */

import { FRAME_BYTES } from '../../abi/unit.ts';
import { DriverQueue, type DriverQueueState } from '../queue/driver-queue.ts';
import type { DriverTransport, ProbeFailure } from '../transport.ts';
import { MAX_RANGES_MAX, QUEUE_REPORT } from './config.ts';
import type { CZoneGuest } from './guest.ts';
import { encodeReport, REPORT_LAST, REPORT_STOPPED, reportBytes } from './report.ts';
import { decodeResponse, RESPONSE_BYTES, ANSWER_ACK, ANSWER_BUSY } from './request.ts';

export interface ReclaimJob {
  readonly kind: 'reclaim' | 'shrink';
  /** 0: nobody asked. */
  readonly requestId: number;
  readonly zone: number;
  /** 0: everything, which is what the zone has when the work begins. */
  targetBytes: number;
  gotBytes: number;
  /** Ends without collecting more. */
  isStopped: boolean;
}

interface InFlight {
  readonly job: ReclaimJob | undefined;
  readonly zone: number;
  readonly ranges: number;
  readonly isLast: boolean;
}

/** What the reports need of the driver around them. */
export interface ReportLink {
  readonly guest: CZoneGuest;
  readonly startPfn: number;
  readonly granuleFrames: number;
  readonly maxRanges: number;
  zoneBytes(zone: number): number;
  /** Tells the device whose blocks a zone has. 'wait' calls `pump` later. */
  prepare(job: ReclaimJob): 'ready' | 'wait' | 'refused';
  jobEnded(job: ReclaimJob): void;
}

export interface ReportsState {
  readonly addr: number;
  readonly queue: DriverQueueState;
  readonly inFlight: { readonly zone: number; readonly pairs: Uint32Array } | undefined;
}

export class DriverReports {
  private readonly _transport: DriverTransport;
  private readonly _link: ReportLink;
  private readonly _jobs: ReclaimJob[] = [];
  private readonly _pairs = new Uint32Array(2 * MAX_RANGES_MAX);
  private _queue: DriverQueue<null> | undefined;
  private _addr = 0;
  private _inFlight: InFlight | undefined;
  private _isPumping = false;
  sent = 0;

  constructor(transport: DriverTransport, link: ReportLink) {
    this._transport = transport;
    this._link = link;
  }

  setUp(): ProbeFailure | undefined {
    const queue = this._transport.setUpQueue<null>(QUEUE_REPORT);
    if (typeof queue === 'string') return queue;
    const bytes = reportBytes(MAX_RANGES_MAX) + RESPONSE_BYTES;
    const addr = this._transport.memory.alloc(bytes, 8);
    if (addr === undefined) return 'no-memory';
    this._queue = queue;
    this._addr = addr;
    return undefined;
  }

  get jobs(): readonly ReclaimJob[] {
    return this._jobs;
  }

  /** Ranges that wait for the device's answer. */
  get rangesInFlight(): number {
    return this._inFlight?.ranges ?? 0;
  }

  /** Does the device have ranges of this zone? */
  isInFlight(zone: number): boolean {
    return this._inFlight?.zone === zone;
  }

  add(job: ReclaimJob): void {
    this._jobs.push(job);
    this.pump();
  }

  /** Work has arrived in a zone: what is in flight comes back, no more is taken. */
  stop(zone: number): void {
    for (const job of this._jobs) if (job.zone === zone) job.isStopped = true;
    this.pump();
  }

  /** The device no longer wants a request, or all of them: nothing more is said about it. */
  drop(isDropped: (job: ReclaimJob) => boolean): void {
    for (let i = this._jobs.length - 1; i >= 0; i--) {
      const job = this._jobs[i] as ReclaimJob;
      if (!isDropped(job)) continue;
      this._jobs.splice(i, 1);
      this._link.jobEnded(job);
    }
  }

  /** Does whatever can be done now. */
  pump(): void {
    if (this._isPumping || this._queue === undefined) return;
    this._isPumping = true;
    while (this._takeAnswer()) {
      const job = this._jobs[0];
      if (job === undefined) break;
      const prepared = this._link.prepare(job);
      if (prepared === 'wait') break;
      if (prepared === 'refused') job.isStopped = true;
      if (!this._send(job)) break;
    }
    this._isPumping = false;
  }

  save(): ReportsState | undefined {
    if (this._queue === undefined) return undefined;
    const inFlight =
      this._inFlight === undefined
        ? undefined
        : {
            zone: this._inFlight.zone,
            pairs: this._pairs.slice(0, 2 * this._inFlight.ranges),
          };
    return { addr: this._addr, queue: this._queue.save(), inFlight };
  }

  /** Jobs of the past are void; ranges in flight come back with the answer. */
  load(state: ReportsState): void {
    this._addr = state.addr;
    this._queue = DriverQueue.restore(this._transport.memory, state.queue, null);
    if (state.inFlight === undefined) return;
    const { zone, pairs } = state.inFlight;
    this._pairs.set(pairs);
    this._inFlight = { job: undefined, zone, ranges: pairs.length / 2, isLast: false };
  }

  /** Is nothing in flight (any more)? */
  private _takeAnswer(): boolean {
    const sent = this._inFlight;
    const queue = this._queue;
    if (sent === undefined || queue === undefined) return true;
    const used = queue.takeUsed();
    if (used === undefined) return this._takeBreak(sent, queue);
    this._inFlight = undefined;
    const bytes = this._transport.memory.memory.read(this._responseAddr(sent), RESPONSE_BYTES);
    const isWhole = bytes !== undefined && used.writtenBytes >= RESPONSE_BYTES;
    const response = isWhole ? decodeResponse(bytes) : undefined;
    const status = response?.status ?? 0;
    const counts = status === ANSWER_ACK || status === ANSWER_BUSY;
    const released = counts ? Math.min(response?.count ?? 0, sent.ranges) : 0;
    this._link.guest.putBack(sent.zone, this._pairs, sent.ranges, released);
    const { job } = sent;
    if (job === undefined) return true;
    for (let i = 0; i < released; i++) job.gotBytes += (this._pairs[2 * i + 1] ?? 0) * FRAME_BYTES;
    if (sent.isLast) this.drop((other) => other === job);
    else if (status === ANSWER_BUSY) job.isStopped = true;
    else if (status !== ANSWER_ACK) this.drop((other) => other === job);
    return true;
  }

  /** A broken ring never answers. The device may still have the ranges: they are lost, not reused. */
  private _takeBreak(sent: InFlight, queue: DriverQueue<null>): boolean {
    if (!queue.isBroken) return false;
    if (sent.job !== undefined) this.drop((other) => other === sent.job);
    return false;
  }

  private _send(job: ReclaimJob): boolean {
    const ranges = job.isStopped || job.kind === 'shrink' ? 0 : this._collect(job);
    const { maxRanges, startPfn } = this._link;
    const isLast = job.isStopped || ranges < maxRanges || this._isEnough(job, ranges);
    if (job.requestId === 0 && ranges === 0) {
      this.drop((other) => other === job);
      return true;
    }
    const bytes = encodeReport({
      requestId: job.requestId,
      zone: job.zone,
      flags: (isLast ? REPORT_LAST : 0) | (job.isStopped ? REPORT_STOPPED : 0),
      ranges: Array.from({ length: ranges }, (_, i) => ({
        first: (this._pairs[2 * i] as number) - startPfn,
        count: this._pairs[2 * i + 1] as number,
      })),
    });
    return this._queueReport(bytes, { job, zone: job.zone, ranges, isLast });
  }

  private _queueReport(bytes: Uint8Array, message: InFlight): boolean {
    const queue = this._queue as DriverQueue<null>;
    const { memory } = this._transport.memory;
    const responseAddr = this._responseAddr(message);
    memory.write(this._addr, bytes);
    memory.write(responseAddr, new Uint8Array(RESPONSE_BYTES));
    const buffers = [
      { addr: this._addr, lengthBytes: bytes.length },
      { addr: responseAddr, lengthBytes: RESPONSE_BYTES },
    ];
    if (!queue.add(buffers, 1, null)) {
      this._link.guest.putBack(message.zone, this._pairs, message.ranges, 0);
      this.drop((other) => other === message.job);
      return true;
    }
    this._inFlight = message;
    this.sent++;
    this._transport.kick(QUEUE_REPORT, queue);
    return true;
  }

  private _responseAddr(message: InFlight): number {
    return this._addr + reportBytes(message.ranges);
  }

  private _collect(job: ReclaimJob): number {
    const { guest, maxRanges, granuleFrames } = this._link;
    // A device that acknowledges without releasing must not keep the driver at it for ever.
    if (job.targetBytes === 0) job.targetBytes = this._link.zoneBytes(job.zone);
    const leftBytes = job.targetBytes - job.gotBytes;
    const granules = Math.floor(leftBytes / (granuleFrames * FRAME_BYTES));
    const maxFrames = Math.min(granules * granuleFrames, 0xffff_ffff);
    if (maxFrames <= 0) return 0;
    return guest.collect(job.zone, { maxRanges, maxFrames, granuleFrames }, this._pairs);
  }

  private _isEnough(job: ReclaimJob, ranges: number): boolean {
    let bytes = job.gotBytes;
    for (let i = 0; i < ranges; i++) bytes += (this._pairs[2 * i + 1] as number) * FRAME_BYTES;
    return bytes + this._link.granuleFrames * FRAME_BYTES > job.targetBytes;
  }
}
