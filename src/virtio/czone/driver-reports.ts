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
  readonly #transport: DriverTransport;
  readonly #link: ReportLink;
  readonly #jobs: ReclaimJob[] = [];
  readonly #pairs = new Uint32Array(2 * MAX_RANGES_MAX);
  #queue: DriverQueue<null> | undefined;
  #addr = 0;
  #inFlight: InFlight | undefined;
  #isPumping = false;
  sent = 0;

  constructor(transport: DriverTransport, link: ReportLink) {
    this.#transport = transport;
    this.#link = link;
  }

  setUp(): ProbeFailure | undefined {
    const queue = this.#transport.setUpQueue<null>(QUEUE_REPORT);
    if (typeof queue === 'string') return queue;
    const bytes = reportBytes(MAX_RANGES_MAX) + RESPONSE_BYTES;
    const addr = this.#transport.memory.alloc(bytes, 8);
    if (addr === undefined) return 'no-memory';
    this.#queue = queue;
    this.#addr = addr;
    return undefined;
  }

  get jobs(): readonly ReclaimJob[] {
    return this.#jobs;
  }

  /** Ranges that wait for the device's answer. */
  get rangesInFlight(): number {
    return this.#inFlight?.ranges ?? 0;
  }

  /** Does the device have ranges of this zone? */
  isInFlight(zone: number): boolean {
    return this.#inFlight?.zone === zone;
  }

  add(job: ReclaimJob): void {
    this.#jobs.push(job);
    this.pump();
  }

  /** Work has arrived in a zone: what is in flight comes back, no more is taken. */
  stop(zone: number): void {
    for (const job of this.#jobs) if (job.zone === zone) job.isStopped = true;
    this.pump();
  }

  /** The device no longer wants a request, or all of them: nothing more is said about it. */
  drop(isDropped: (job: ReclaimJob) => boolean): void {
    for (let i = this.#jobs.length - 1; i >= 0; i--) {
      const job = this.#jobs[i] as ReclaimJob;
      if (!isDropped(job)) continue;
      this.#jobs.splice(i, 1);
      this.#link.jobEnded(job);
    }
  }

  /** Does whatever can be done now. */
  pump(): void {
    if (this.#isPumping || this.#queue === undefined) return;
    this.#isPumping = true;
    while (this.#takeAnswer()) {
      const job = this.#jobs[0];
      if (job === undefined) break;
      const prepared = this.#link.prepare(job);
      if (prepared === 'wait') break;
      if (prepared === 'refused') job.isStopped = true;
      if (!this.#send(job)) break;
    }
    this.#isPumping = false;
  }

  save(): ReportsState | undefined {
    if (this.#queue === undefined) return undefined;
    const inFlight =
      this.#inFlight === undefined
        ? undefined
        : {
            zone: this.#inFlight.zone,
            pairs: this.#pairs.slice(0, 2 * this.#inFlight.ranges),
          };
    return { addr: this.#addr, queue: this.#queue.save(), inFlight };
  }

  /** Jobs of the past are void; ranges in flight come back with the answer. */
  load(state: ReportsState): void {
    this.#addr = state.addr;
    this.#queue = DriverQueue.restore(this.#transport.memory, state.queue, null);
    if (state.inFlight === undefined) return;
    const { zone, pairs } = state.inFlight;
    this.#pairs.set(pairs);
    this.#inFlight = { job: undefined, zone, ranges: pairs.length / 2, isLast: false };
  }

  /** Is nothing in flight (any more)? */
  #takeAnswer(): boolean {
    const sent = this.#inFlight;
    const queue = this.#queue;
    if (sent === undefined || queue === undefined) return true;
    const used = queue.takeUsed();
    if (used === undefined) return this.#takeBreak(sent, queue);
    this.#inFlight = undefined;
    const bytes = this.#transport.memory.memory.read(this.#responseAddr(sent), RESPONSE_BYTES);
    const isWhole = bytes !== undefined && used.writtenBytes >= RESPONSE_BYTES;
    const response = isWhole ? decodeResponse(bytes) : undefined;
    const status = response?.status ?? 0;
    const counts = status === ANSWER_ACK || status === ANSWER_BUSY;
    const released = counts ? Math.min(response?.count ?? 0, sent.ranges) : 0;
    this.#link.guest.putBack(sent.zone, this.#pairs, sent.ranges, released);
    const { job } = sent;
    if (job === undefined) return true;
    for (let i = 0; i < released; i++) job.gotBytes += (this.#pairs[2 * i + 1] ?? 0) * FRAME_BYTES;
    if (sent.isLast) this.drop((other) => other === job);
    else if (status === ANSWER_BUSY) job.isStopped = true;
    else if (status !== ANSWER_ACK) this.drop((other) => other === job);
    return true;
  }

  /** A broken ring never answers. The device may still have the ranges: they are lost, not reused. */
  #takeBreak(sent: InFlight, queue: DriverQueue<null>): boolean {
    if (!queue.isBroken) return false;
    if (sent.job !== undefined) this.drop((other) => other === sent.job);
    return false;
  }

  #send(job: ReclaimJob): boolean {
    const ranges = job.isStopped || job.kind === 'shrink' ? 0 : this.#collect(job);
    const { maxRanges, startPfn } = this.#link;
    const isLast = job.isStopped || ranges < maxRanges || this.#isEnough(job, ranges);
    if (job.requestId === 0 && ranges === 0) {
      this.drop((other) => other === job);
      return true;
    }
    const bytes = encodeReport({
      requestId: job.requestId,
      zone: job.zone,
      flags: (isLast ? REPORT_LAST : 0) | (job.isStopped ? REPORT_STOPPED : 0),
      ranges: Array.from({ length: ranges }, (_, i) => ({
        first: (this.#pairs[2 * i] as number) - startPfn,
        count: this.#pairs[2 * i + 1] as number,
      })),
    });
    return this.#queueReport(bytes, { job, zone: job.zone, ranges, isLast });
  }

  #queueReport(bytes: Uint8Array, message: InFlight): boolean {
    const queue = this.#queue as DriverQueue<null>;
    const { memory } = this.#transport.memory;
    const responseAddr = this.#responseAddr(message);
    memory.write(this.#addr, bytes);
    memory.write(responseAddr, new Uint8Array(RESPONSE_BYTES));
    const buffers = [
      { addr: this.#addr, lengthBytes: bytes.length },
      { addr: responseAddr, lengthBytes: RESPONSE_BYTES },
    ];
    if (!queue.add(buffers, 1, null)) {
      this.#link.guest.putBack(message.zone, this.#pairs, message.ranges, 0);
      this.drop((other) => other === message.job);
      return true;
    }
    this.#inFlight = message;
    this.sent++;
    this.#transport.kick(QUEUE_REPORT, queue);
    return true;
  }

  #responseAddr(message: InFlight): number {
    return this.#addr + reportBytes(message.ranges);
  }

  #collect(job: ReclaimJob): number {
    const { guest, maxRanges, granuleFrames } = this.#link;
    // A device that acknowledges without releasing must not keep the driver at it for ever.
    if (job.targetBytes === 0) job.targetBytes = this.#link.zoneBytes(job.zone);
    const leftBytes = job.targetBytes - job.gotBytes;
    const granules = Math.floor(leftBytes / (granuleFrames * FRAME_BYTES));
    const maxFrames = Math.min(granules * granuleFrames, 0xffff_ffff);
    if (maxFrames <= 0) return 0;
    return guest.collect(job.zone, { maxRanges, maxFrames, granuleFrames }, this.#pairs);
  }

  #isEnough(job: ReclaimJob, ranges: number): boolean {
    let bytes = job.gotBytes;
    for (let i = 0; i < ranges; i++) bytes += (this.#pairs[2 * i + 1] as number) * FRAME_BYTES;
    return bytes + this.#link.granuleFrames * FRAME_BYTES > job.targetBytes;
  }
}
