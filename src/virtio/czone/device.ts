/**
 * The host's half of czone-virtio: config, books of blocks and zones, requests to idle zones. Acts on host
 * memory only through `CZoneHost`.
 */

import { FRAME_BYTES } from '../../abi/unit.ts';
import type { Timers } from '../../time/index.ts';
import type { DeviceModel, DevicePort } from '../device.ts';
import { DescriptorChain } from '../queue/chain.ts';
import { readChain, writeChain } from './chain-bytes.ts';
import {
  CONFIG_BYTES,
  DEVICE_ID_CZONE,
  encodeCZoneConfig,
  F_PLUG,
  F_RECLAIM,
  F_STATS,
  F_UNSOLICITED,
  NO_NODE,
  QUEUE_EVENT,
  QUEUE_GUEST,
  QUEUE_REPORT,
  QUEUE_STATS,
  QUEUES,
  ZONE_POOL,
  type CZoneConfig,
} from './config.ts';
import { DeviceContext, type CZoneLimits } from './device-context.ts';
import { GuestRequests } from './device-guest.ts';
import { HeldReport } from './device-held.ts';
import { ReclaimWork } from './device-reclaim.ts';
import { CZONE_EVENT_RECLAIM, CZONE_EVENT_SHRINK, CZONE_EVENT_STATS } from './event.ts';
import {
  newCZoneCounters,
  type CZoneCounters,
  type CZoneHost,
  type ReclaimResult,
} from './host.ts';
import { IdleTimers, type IdlePolicy } from './idle.ts';
import { checkCZoneOptions, type CZoneDeviceOptions, type CZoneProfile } from './profiles.ts';
import { reportBytes } from './report.ts';
import {
  decodeRequest,
  encodeResponse,
  error,
  REQUEST_BYTES,
  RESPONSE_BYTES,
  WHY_LENGTH,
} from './request.ts';
import { decodeStats, STATS_HEADER_BYTES, ZONE_STATS_BYTES, type CZoneZoneStats } from './stats.ts';
import { ZoneTable, type ZoneInfo, type ZoneTableState } from './zones.ts';

export interface CZoneDeviceState {
  readonly table: ZoneTableState;
  readonly limits: CZoneLimits;
  readonly epoch: number;
  readonly nextRequestId: number;
}

export class CZoneDevice implements DeviceModel {
  readonly deviceId: number = DEVICE_ID_CZONE;
  readonly queueCount: number = QUEUES;
  readonly features: bigint;
  readonly profile: CZoneProfile;
  readonly addr: number;
  readonly regionBytes: number;
  readonly blockBytes: number;
  readonly counters: CZoneCounters = newCZoneCounters();
  readonly #host: CZoneHost;
  readonly #context: DeviceContext;
  readonly #reclaim: ReclaimWork;
  readonly #requests: GuestRequests;
  readonly #idle: IdleTimers | undefined;
  readonly #held: HeldReport;
  readonly #nodeId: number;
  readonly #table: ZoneTable;
  readonly #limits: CZoneLimits;
  readonly #stats = new Map<number, CZoneZoneStats>();
  readonly #bytes = new Uint8Array(CONFIG_BYTES);
  /** What the bytes say; a probe reads them field by field. */
  #encoded: CZoneConfig | undefined;
  readonly #chain = new DescriptorChain();
  #statsRequestId = 0;
  #isPaused = false;
  #port!: DevicePort;

  constructor(profile: CZoneProfile, host: CZoneHost, options: CZoneDeviceOptions) {
    const sizes = checkCZoneOptions(profile, options);
    this.profile = profile;
    this.features = profile.features;
    this.#host = host;
    this.addr = options.addr;
    this.regionBytes = options.regionBytes;
    this.blockBytes = sizes.blockBytes;
    this.#nodeId = options.nodeId ?? NO_NODE;
    this.#table = new ZoneTable(options.regionBytes / sizes.blockBytes);
    this.#limits = sizes.limits;
    this.#context = new DeviceContext(
      sizes.geometry,
      this.#limits,
      this.#table,
      host,
      this.counters,
    );
    this.#reclaim = new ReclaimWork(this.#context, options.timers, profile.answerTimeoutNs);
    this.#requests = new GuestRequests(this.#context, {
      zoneGone: (zone) => this.#zoneGone(zone),
      zoneIdle: (zone, isIdle) => void this.setIdle(zone, isIdle),
    });
    const idle = options.idle === undefined ? profile.idle : (options.idle ?? undefined);
    this.#idle = this.#idlePolicy(idle, options.timers);
    this.#held = new HeldReport(options, () => this.#serveReports());
  }

  attach(port: DevicePort): void {
    this.#port = port;
    this.#context.port = port;
  }

  get pluggedBytes(): number {
    return this.#table.pluggedBlocks * this.blockBytes;
  }

  get requestedBytes(): number {
    return this.#limits.requestedBlocks * this.blockBytes;
  }

  get usableBytes(): number {
    return this.#limits.usableBlocks * this.blockBytes;
  }

  get epoch(): number {
    return this.#reclaim.epoch;
  }

  /** Zones that exist, in the order of their creation. */
  get zones(): readonly Readonly<ZoneInfo>[] {
    return this.#table.all();
  }

  /** The zone (0: pool) of a block; -1 when it is unplugged. */
  blockOwner(block: number): number {
    return this.#table.owner(block, 1) ?? -1;
  }

  /** Latest statistics by zone; 0 is the pool. */
  get stats(): ReadonlyMap<number, CZoneZoneStats> {
    return this.#stats;
  }

  /** Id of the request that a zone has not finished; undefined when there is none. */
  outstanding(zone: number): number | undefined {
    return this.#reclaim.outstanding(zone);
  }

  /** Lets the guest plug up to this much; with less than is plugged, asks it to unplug. */
  setRequested(requestedBytes: number): 'ok' | 'invalid' {
    const blocks = requestedBytes / this.blockBytes;
    if (!Number.isInteger(blocks) || blocks < 0 || blocks > this.#limits.usableBlocks) {
      return 'invalid';
    }
    this.#limits.requestedBlocks = blocks;
    this.#port.configChanged();
    return 'ok';
  }

  /** Changes the usable part of the region; never below what is requested or plugged. */
  setUsable(usableBytes: number): 'ok' | 'invalid' {
    const blocks = usableBytes / this.blockBytes;
    const least = Math.max(this.#limits.requestedBlocks, this.#table.endPlugged);
    if (!Number.isInteger(blocks) || blocks < least || blocks > this.#table.blocks) {
      return 'invalid';
    }
    this.#limits.usableBlocks = blocks;
    this.#port.configChanged();
    return 'ok';
  }

  /** Asks a zone (0: the pool) for free memory. The request's id; undefined when it cannot be asked now. */
  reclaim(
    zone: number,
    targetBytes = 0,
    done?: (result: ReclaimResult) => void,
  ): number | undefined {
    if (!this.#mayAsk(zone, F_RECLAIM)) return undefined;
    return this.#reclaim.start(CZONE_EVENT_RECLAIM, zone, targetBytes, done);
  }

  /** Asks a zone to unplug whole blocks, moving pages inside the zone to empty them. */
  shrink(
    zone: number,
    targetBytes = 0,
    done?: (result: ReclaimResult) => void,
  ): number | undefined {
    if (!this.#mayAsk(zone, F_RECLAIM | F_PLUG)) return undefined;
    return this.#reclaim.start(CZONE_EVENT_SHRINK, zone, targetBytes, done);
  }

  /** Work has arrived: nothing of the zone is released from here on. False when nothing was asked. */
  cancel(zone: number): boolean {
    const wasAsked = this.#reclaim.cancel(zone);
    // The host stops where it is: what lies in the ring is void, and answered so.
    if (this.#held.zone === zone) this.#held.letGo();
    return wasAsked;
  }

  /** The runtime marks a zone; the driver may do so, too. False when there is no such zone. */
  setIdle(zone: number, isIdle: boolean): boolean {
    const info = this.#table.zone(zone);
    if (info === undefined) return false;
    info.isIdle = isIdle;
    if (isIdle) this.#idle?.idle(zone);
    else if (this.#idle !== undefined) this.#idle.active(zone);
    else this.cancel(zone);
    return true;
  }

  /** Asks for statistics of all zones; false when the driver cannot give them. */
  requestStats(): boolean {
    if (!this.#port.isActive || !this.#context.has(F_STATS)) return false;
    this.#statsRequestId = this.#reclaim.nextRequestId++;
    const requestId = this.#statsRequestId;
    const epoch = this.#reclaim.epoch;
    this.#reclaim.send({ type: CZONE_EVENT_STATS, zone: 0, requestId, targetBytes: 0, epoch });
    return true;
  }

  /** While paused, reports stay in the ring unanswered: the host's thread is busy or stopped. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused && this.#port.isActive) this.notify(QUEUE_REPORT);
  }

  /** The VM was reset, not only the device: everything is unplugged. False when the host refused. */
  systemReset(): boolean {
    this.reset();
    return this.#table.eachRun(undefined, (first, count) => this.#context.unplug(first, count));
  }

  queueSizeMax(index: number, features: bigint): number {
    // Before negotiation the driver has accepted nothing: then what is offered counts.
    const counted = features === 0n ? this.features : features;
    if (index === QUEUE_GUEST || index === QUEUE_EVENT) return this.profile.queueSize;
    if (index === QUEUE_REPORT && (counted & F_RECLAIM) !== 0n) return this.profile.queueSize;
    return index === QUEUE_STATS && (counted & F_STATS) !== 0n ? this.profile.queueSize : 0;
  }

  config(): Uint8Array {
    const now = this.values();
    if (this.#encoded === undefined || !isSameNow(this.#encoded, now)) {
      encodeCZoneConfig(now, this.#bytes);
      this.#encoded = now;
    }
    return this.#bytes;
  }

  values(): CZoneConfig {
    const { geometry } = this.#context;
    const { zoneLimitBlocks } = this.#limits;
    return {
      addr: this.addr,
      regionBytes: this.regionBytes,
      usableBytes: this.usableBytes,
      requestedBytes: this.requestedBytes,
      pluggedBytes: this.pluggedBytes,
      blockBytes: this.blockBytes,
      zoneLimitBytes: zoneLimitBlocks === Infinity ? 0 : zoneLimitBlocks * this.blockBytes,
      epoch: this.#reclaim.epoch,
      granuleBytes: geometry.granuleFrames * FRAME_BYTES,
      maxZones: geometry.maxZones,
      zones: this.#table.count,
      maxRanges: geometry.maxRanges,
      nodeId: this.#nodeId,
    };
  }

  writeConfig(): boolean {
    return false;
  }

  activate(): string | undefined {
    const missing = [QUEUE_GUEST, QUEUE_EVENT].some((i) => this.#port.queue(i) === undefined);
    if (missing) return 'czone-queue-missing';
    const has = (mask: bigint): boolean => this.#context.has(mask);
    if (has(F_UNSOLICITED) && !has(F_RECLAIM)) return 'czone-features';
    if (has(F_RECLAIM) && this.#port.queue(QUEUE_REPORT) === undefined)
      return 'czone-queue-missing';
    if (has(F_STATS) && this.#port.queue(QUEUE_STATS) === undefined) return 'czone-queue-missing';
    return has(F_PLUG) || this.#plugAll() ? undefined : 'czone-region-refused';
  }

  notify(queueIndex: number): void {
    switch (queueIndex) {
      case QUEUE_GUEST:
        this.#serve(queueIndex, REQUEST_BYTES, (bytes) => this.#answerRequest(bytes));
        break;
      case QUEUE_EVENT:
        this.#reclaim.flush();
        break;
      case QUEUE_REPORT:
        if (!this.#isPaused && !this.#held.hold(this.#port)) this.#serveReports();
        break;
      case QUEUE_STATS:
        this.#receiveStats();
        break;
    }
  }

  /** A device reset ends all requests and zones, but takes no memory: blocks stay, in the pool. */
  reset(): void {
    this.#idle?.forgetAll();
    this.#held.drop();
    this.#reclaim.forgetAll();
    this.#table.forgetZones();
    this.#stats.clear();
    this.#isPaused = false;
  }

  save(): CZoneDeviceState {
    return {
      table: this.#table.save(),
      limits: { ...this.#limits },
      epoch: this.#reclaim.epoch,
      nextRequestId: this.#reclaim.nextRequestId,
    };
  }

  /** After the `VirtioDevice` has loaded its own state. What was asked before is void; the driver is told. */
  load(state: CZoneDeviceState): void {
    this.#idle?.forgetAll();
    this.#held.drop();
    this.#reclaim.forgetAll();
    this.#table.load(state.table);
    Object.assign(this.#limits, state.limits);
    this.#stats.clear();
    this.#statsRequestId = 0;
    this.#reclaim.epoch = state.epoch + 1;
    this.#reclaim.nextRequestId = state.nextRequestId;
    for (const { zone, isIdle } of this.#table.all()) if (isIdle) this.#idle?.idle(zone);
    this.#port.configChanged();
    // What lies in the rings was written for the old epoch: refused, or in order all the same.
    for (let queue = 0; queue < QUEUES && this.#port.isActive; queue++) this.notify(queue);
  }

  #mayAsk(zone: number, features: bigint): boolean {
    return (
      this.#port.isActive &&
      this.#context.has(features) &&
      this.#table.exists(zone) &&
      this.#reclaim.outstanding(zone) === undefined
    );
  }

  #idlePolicy(policy: IdlePolicy | undefined, timers: Timers | undefined): IdleTimers | undefined {
    if (policy === undefined || timers === undefined) return undefined;
    return new IdleTimers(policy, timers, {
      reclaim: (zone, targetBytes) => void this.reclaim(zone, targetBytes),
      cancel: (zone) => void this.cancel(zone),
    });
  }

  #zoneGone(zone: number): void {
    this.#idle?.forget(zone);
    this.#reclaim.forget(zone);
    this.#stats.delete(zone);
  }

  /** Without F_PLUG the usable region is there from the start. */
  #plugAll(): boolean {
    const { usableBlocks } = this.#limits;
    for (let block = 0; block < usableBlocks; block++) {
      if (this.#table.owner(block, 1) !== -1) continue;
      const pfn = this.#context.blockPfn(block);
      if (!this.#host.plug(pfn, this.#context.geometry.blockFrames)) return false;
      this.#table.give(block, 1, ZONE_POOL);
      this.counters.pluggedBlocks++;
    }
    return true;
  }

  /** Takes each message of a queue and writes its answer. Without room for one there is nothing to say. */
  #serve(queueIndex: number, limitBytes: number, answer: (bytes: Uint8Array) => Uint8Array): void {
    const queue = this.#port.queue(queueIndex);
    if (queue === undefined) return;
    const { memory } = this.#port;
    while (queue.pop(this.#chain) === 'chain') {
      const { head } = this.#chain;
      if (this.#chain.writableBytes() < RESPONSE_BYTES) {
        this.#port.needsReset('czone-no-room');
        break;
      }
      writeChain(memory, this.#chain, answer(readChain(memory, this.#chain, limitBytes)));
      queue.pushUsed(head, RESPONSE_BYTES);
    }
    this.#port.interruptQueue(queueIndex);
  }

  #serveReports(): void {
    this.#serve(QUEUE_REPORT, reportBytes(this.profile.maxRanges), (bytes) => {
      const response = this.#reclaim.report(bytes);
      this.#context.countAnswer('report', response);
      return encodeResponse(response);
    });
  }

  #answerRequest(bytes: Uint8Array): Uint8Array {
    this.counters.guestRequests++;
    const request = decodeRequest(
      bytes.length < REQUEST_BYTES ? new Uint8Array(REQUEST_BYTES) : bytes,
    );
    const { requestsByType } = this.counters;
    if (request.type < requestsByType.length) {
      requestsByType[request.type] = (requestsByType[request.type] as number) + 1;
    }
    const response =
      bytes.length < REQUEST_BYTES ? error(WHY_LENGTH) : this.#requests.answer(request);
    this.#context.countAnswer('request', response);
    this.#host.answered?.({ ...request, status: response.status });
    return encodeResponse(response);
  }

  #receiveStats(): void {
    const queue = this.#port.queue(QUEUE_STATS);
    if (queue === undefined) return;
    const limitBytes = STATS_HEADER_BYTES + ZONE_STATS_BYTES * (this.profile.maxZones + 1);
    while (queue.pop(this.#chain) === 'chain') {
      this.counters.statsMessages++;
      const message = decodeStats(readChain(this.#port.memory, this.#chain, limitBytes));
      if (message === undefined) this.#port.violation('czone-stats-length');
      else if (message.requestId !== this.#statsRequestId || message.requestId === 0) {
        this.#port.violation('czone-stats-request');
      } else message.zones.forEach((zone) => this.#takeStats(zone));
      queue.pushUsed(this.#chain.head, 0);
    }
    this.#port.interruptQueue(QUEUE_STATS);
  }

  #takeStats(stats: CZoneZoneStats): void {
    if (this.#table.exists(stats.zone)) this.#stats.set(stats.zone, stats);
    else this.#port.violation('czone-stats-zone');
  }
}

/** Of what may change while a device is there. */
function isSameNow(a: CZoneConfig, b: CZoneConfig): boolean {
  return (
    a.pluggedBytes === b.pluggedBytes &&
    a.zones === b.zones &&
    a.requestedBytes === b.requestedBytes &&
    a.usableBytes === b.usableBytes &&
    a.epoch === b.epoch
  );
}
