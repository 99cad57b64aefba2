/**
 * The host's half of czone-virtio: config, books of blocks and zones, requests to idle zones. Acts on host
 * memory only through `CZoneHost`.
 */

import {
  COUNT,
  NUMBER,
  OBJECT,
  type Shape,
  expectFunction,
  expectInteger,
  expectShape,
} from '../../check/index.ts';
import { bound } from '../../graph/index.ts';
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

function expectAsked(zone: number, targetBytes: number, done: unknown): void {
  expectInteger('zone', zone, 0);
  expectInteger('targetBytes', targetBytes, 0);
  if (done !== undefined) expectFunction('done', done);
}

const STATE: Shape = {
  table: OBJECT,
  limits: { requestedBlocks: COUNT, usableBlocks: COUNT },
  epoch: COUNT,
  nextRequestId: COUNT,
};

export class CZoneDevice implements DeviceModel {
  readonly deviceId: number = DEVICE_ID_CZONE;
  readonly queueCount: number = QUEUES;
  readonly features: bigint;
  readonly profile: CZoneProfile;
  readonly addr: number;
  readonly regionBytes: number;
  readonly blockBytes: number;
  readonly counters: CZoneCounters = newCZoneCounters();
  private readonly _host: CZoneHost;
  private readonly _context: DeviceContext;
  private readonly _reclaim: ReclaimWork;
  private readonly _requests: GuestRequests;
  private readonly _idle: IdleTimers | undefined;
  private readonly _held: HeldReport;
  private readonly _nodeId: number;
  private readonly _table: ZoneTable;
  private readonly _limits: CZoneLimits;
  private readonly _stats = new Map<number, CZoneZoneStats>();
  private readonly _bytes = new Uint8Array(CONFIG_BYTES);
  /** What the bytes say; a probe reads them field by field. */
  private _encoded: CZoneConfig | undefined;
  private readonly _chain = new DescriptorChain();
  private _statsRequestId = 0;
  private _isPaused = false;
  private _port!: DevicePort;

  constructor(profile: CZoneProfile, host: CZoneHost, options: CZoneDeviceOptions) {
    const sizes = checkCZoneOptions(profile, options);
    this.profile = profile;
    this.features = profile.features;
    this._host = host;
    this.addr = options.addr;
    this.regionBytes = options.regionBytes;
    this.blockBytes = sizes.blockBytes;
    this._nodeId = options.nodeId ?? NO_NODE;
    this._table = new ZoneTable(options.regionBytes / sizes.blockBytes);
    this._limits = sizes.limits;
    this._context = new DeviceContext(
      sizes.geometry,
      this._limits,
      this._table,
      host,
      this.counters,
    );
    this._reclaim = new ReclaimWork(this._context, options.timers, profile.answerTimeoutNs);
    this._requests = new GuestRequests(this._context, {
      zoneGone: bound(this, this._zoneGone),
      zoneIdle: bound(this, this.setIdle),
    });
    const idle = options.idle === undefined ? profile.idle : (options.idle ?? undefined);
    this._idle = this._idlePolicy(idle, options.timers);
    this._held = new HeldReport(options, bound(this, this._serveReports));
  }

  attach(port: DevicePort): void {
    this._port = port;
    this._context.port = port;
  }

  get pluggedBytes(): number {
    return this._table.pluggedBlocks * this.blockBytes;
  }

  get requestedBytes(): number {
    return this._limits.requestedBlocks * this.blockBytes;
  }

  get usableBytes(): number {
    return this._limits.usableBlocks * this.blockBytes;
  }

  get epoch(): number {
    return this._reclaim.epoch;
  }

  /** Zones that exist, in the order of their creation. */
  get zones(): readonly Readonly<ZoneInfo>[] {
    return this._table.all();
  }

  /** The zone (0: pool) of a block; -1 when it is unplugged. */
  blockOwner(block: number): number {
    return this._table.owner(block, 1) ?? -1;
  }

  /** Latest statistics by zone; 0 is the pool. */
  get stats(): ReadonlyMap<number, CZoneZoneStats> {
    return this._stats;
  }

  /** Id of the request that a zone has not finished; undefined when there is none. */
  outstanding(zone: number): number | undefined {
    return this._reclaim.outstanding(zone);
  }

  /** Lets the guest plug up to this much; with less than is plugged, asks it to unplug. */
  setRequested(requestedBytes: number): 'ok' | 'invalid' {
    expectShape('requestedBytes', requestedBytes, NUMBER);
    const blocks = requestedBytes / this.blockBytes;
    if (!Number.isInteger(blocks) || blocks < 0 || blocks > this._limits.usableBlocks) {
      return 'invalid';
    }
    this._limits.requestedBlocks = blocks;
    this._port.configChanged();
    return 'ok';
  }

  /** Changes the usable part of the region; never below what is requested or plugged. */
  setUsable(usableBytes: number): 'ok' | 'invalid' {
    expectShape('usableBytes', usableBytes, NUMBER);
    const blocks = usableBytes / this.blockBytes;
    const least = Math.max(this._limits.requestedBlocks, this._table.endPlugged);
    if (!Number.isInteger(blocks) || blocks < least || blocks > this._table.blocks) {
      return 'invalid';
    }
    this._limits.usableBlocks = blocks;
    this._port.configChanged();
    return 'ok';
  }

  /** Asks a zone (0: the pool) for free memory. The request's id; undefined when it cannot be asked now. */
  reclaim(
    zone: number,
    targetBytes = 0,
    done?: (result: ReclaimResult) => void,
  ): number | undefined {
    expectAsked(zone, targetBytes, done);
    if (!this._mayAsk(zone, F_RECLAIM)) return undefined;
    return this._reclaim.start(CZONE_EVENT_RECLAIM, zone, targetBytes, done);
  }

  /** Asks a zone to unplug whole blocks, moving pages inside the zone to empty them. */
  shrink(
    zone: number,
    targetBytes = 0,
    done?: (result: ReclaimResult) => void,
  ): number | undefined {
    expectAsked(zone, targetBytes, done);
    if (!this._mayAsk(zone, F_RECLAIM | F_PLUG)) return undefined;
    return this._reclaim.start(CZONE_EVENT_SHRINK, zone, targetBytes, done);
  }

  /** Work has arrived: nothing of the zone is released from here on. False when nothing was asked. */
  cancel(zone: number): boolean {
    expectInteger('zone', zone, 0);
    const wasAsked = this._reclaim.cancel(zone);
    // The host stops where it is: what lies in the ring is void, and answered so.
    if (this._held.zone === zone) this._held.letGo();
    return wasAsked;
  }

  /** The runtime marks a zone; the driver may do so, too. False when there is no such zone. */
  setIdle(zone: number, isIdle: boolean): boolean {
    expectInteger('zone', zone, 0);
    const info = this._table.zone(zone);
    if (info === undefined) return false;
    info.isIdle = isIdle;
    if (isIdle) this._idle?.idle(zone);
    else if (this._idle !== undefined) this._idle.active(zone);
    else this.cancel(zone);
    return true;
  }

  /** Asks for statistics of all zones; false when the driver cannot give them. */
  requestStats(): boolean {
    if (!this._port.isActive || !this._context.has(F_STATS)) return false;
    this._statsRequestId = this._reclaim.nextRequestId++;
    const requestId = this._statsRequestId;
    const epoch = this._reclaim.epoch;
    this._reclaim.send({ type: CZONE_EVENT_STATS, zone: 0, requestId, targetBytes: 0, epoch });
    return true;
  }

  /** While paused, reports stay in the ring unanswered: the host's thread is busy or stopped. */
  setPaused(isPaused: boolean): void {
    this._isPaused = isPaused;
    if (!isPaused && this._port.isActive) this.notify(QUEUE_REPORT);
  }

  /** The VM was reset, not only the device: everything is unplugged. False when the host refused. */
  systemReset(): boolean {
    this.reset();
    return this._table.eachRun(undefined, (first, count) => this._context.unplug(first, count));
  }

  queueSizeMax(index: number, features: bigint): number {
    // Before negotiation the driver has accepted nothing: then what is offered counts.
    const counted = features === 0n ? this.features : features;
    if (index === QUEUE_GUEST || index === QUEUE_EVENT) return this.profile.queueSize;
    if (index === QUEUE_REPORT && (counted & F_RECLAIM) !== 0n) return this.profile.queueSize;
    return index === QUEUE_STATS && (counted & F_STATS) !== 0n ? this.profile.queueSize : 0;
  }

  config(): Uint8Array {
    if (this._encoded === undefined || !this._isSameNow(this._encoded)) {
      this._encoded = this.values();
      encodeCZoneConfig(this._encoded, this._bytes);
    }
    return this._bytes;
  }

  /** Of what may change while a device is there. */
  private _isSameNow(known: CZoneConfig): boolean {
    return (
      known.pluggedBytes === this.pluggedBytes &&
      known.zones === this._table.count &&
      known.requestedBytes === this.requestedBytes &&
      known.usableBytes === this.usableBytes &&
      known.epoch === this._reclaim.epoch
    );
  }

  values(): CZoneConfig {
    const { geometry } = this._context;
    const { zoneLimitBlocks } = this._limits;
    return {
      addr: this.addr,
      regionBytes: this.regionBytes,
      usableBytes: this.usableBytes,
      requestedBytes: this.requestedBytes,
      pluggedBytes: this.pluggedBytes,
      blockBytes: this.blockBytes,
      zoneLimitBytes: zoneLimitBlocks === Infinity ? 0 : zoneLimitBlocks * this.blockBytes,
      epoch: this._reclaim.epoch,
      granuleBytes: geometry.granuleFrames * FRAME_BYTES,
      maxZones: geometry.maxZones,
      zones: this._table.count,
      maxRanges: geometry.maxRanges,
      nodeId: this._nodeId,
    };
  }

  writeConfig(): boolean {
    return false;
  }

  activate(): string | undefined {
    const missing = [QUEUE_GUEST, QUEUE_EVENT].some((i) => this._port.queue(i) === undefined);
    if (missing) return 'czone-queue-missing';
    const has = (mask: bigint): boolean => this._context.has(mask);
    if (has(F_UNSOLICITED) && !has(F_RECLAIM)) return 'czone-features';
    if (has(F_RECLAIM) && this._port.queue(QUEUE_REPORT) === undefined)
      return 'czone-queue-missing';
    if (has(F_STATS) && this._port.queue(QUEUE_STATS) === undefined) return 'czone-queue-missing';
    return has(F_PLUG) || this._plugAll() ? undefined : 'czone-region-refused';
  }

  notify(queueIndex: number): void {
    switch (queueIndex) {
      case QUEUE_GUEST:
        this._serve(queueIndex, REQUEST_BYTES, (bytes) => this._answerRequest(bytes));
        break;
      case QUEUE_EVENT:
        this._reclaim.flush();
        break;
      case QUEUE_REPORT:
        if (!this._isPaused && !this._held.hold(this._port)) this._serveReports();
        break;
      case QUEUE_STATS:
        this._receiveStats();
        break;
    }
  }

  /** A device reset ends all requests and zones, but takes no memory: blocks stay, in the pool. */
  reset(): void {
    this._idle?.forgetAll();
    this._held.drop();
    this._reclaim.forgetAll();
    this._table.forgetZones();
    this._stats.clear();
    this._isPaused = false;
  }

  save(): CZoneDeviceState {
    return {
      table: this._table.save(),
      limits: { ...this._limits },
      epoch: this._reclaim.epoch,
      nextRequestId: this._reclaim.nextRequestId,
    };
  }

  /** After the `VirtioDevice` has loaded its own state. What was asked before is void; the driver is told. */
  load(state: CZoneDeviceState): void {
    expectShape('state', state, STATE);
    this._idle?.forgetAll();
    this._held.drop();
    this._reclaim.forgetAll();
    this._table.load(state.table);
    Object.assign(this._limits, state.limits);
    this._stats.clear();
    this._statsRequestId = 0;
    this._reclaim.epoch = state.epoch + 1;
    this._reclaim.nextRequestId = state.nextRequestId;
    for (const { zone, isIdle } of this._table.all()) if (isIdle) this._idle?.idle(zone);
    this._port.configChanged();
    // What lies in the rings was written for the old epoch: refused, or in order all the same.
    for (let queue = 0; queue < QUEUES && this._port.isActive; queue++) this.notify(queue);
  }

  private _mayAsk(zone: number, features: bigint): boolean {
    return (
      this._port.isActive &&
      this._context.has(features) &&
      this._table.exists(zone) &&
      this._reclaim.outstanding(zone) === undefined
    );
  }

  private _idlePolicy(
    policy: IdlePolicy | undefined,
    timers: Timers | undefined,
  ): IdleTimers | undefined {
    if (policy === undefined || timers === undefined) return undefined;
    return new IdleTimers(policy, timers, this);
  }

  private _zoneGone(zone: number): void {
    this._idle?.forget(zone);
    this._reclaim.forget(zone);
    this._stats.delete(zone);
  }

  /** Without F_PLUG the usable region is there from the start. */
  private _plugAll(): boolean {
    const { usableBlocks } = this._limits;
    for (let block = 0; block < usableBlocks; block++) {
      if (this._table.owner(block, 1) !== -1) continue;
      const pfn = this._context.blockPfn(block);
      if (!this._host.plug(pfn, this._context.geometry.blockFrames)) return false;
      this._table.give(block, 1, ZONE_POOL);
      this.counters.pluggedBlocks++;
    }
    return true;
  }

  /** Takes each message of a queue and writes its answer. Without room for one there is nothing to say. */
  private _serve(
    queueIndex: number,
    limitBytes: number,
    answer: (bytes: Uint8Array) => Uint8Array,
  ): void {
    const queue = this._port.queue(queueIndex);
    if (queue === undefined) return;
    const { memory } = this._port;
    while (queue.pop(this._chain) === 'chain') {
      const { head } = this._chain;
      if (this._chain.writableBytes() < RESPONSE_BYTES) {
        this._port.needsReset('czone-no-room');
        break;
      }
      writeChain(memory, this._chain, answer(readChain(memory, this._chain, limitBytes)));
      queue.pushUsed(head, RESPONSE_BYTES);
    }
    this._port.interruptQueue(queueIndex);
  }

  private _serveReports(): void {
    this._serve(QUEUE_REPORT, reportBytes(this.profile.maxRanges), (bytes) => {
      const response = this._reclaim.report(bytes);
      this._context.countAnswer('report', response);
      return encodeResponse(response);
    });
  }

  private _answerRequest(bytes: Uint8Array): Uint8Array {
    this.counters.guestRequests++;
    const request = decodeRequest(
      bytes.length < REQUEST_BYTES ? new Uint8Array(REQUEST_BYTES) : bytes,
    );
    const { requestsByType } = this.counters;
    if (request.type < requestsByType.length) {
      requestsByType[request.type] = (requestsByType[request.type] as number) + 1;
    }
    const response =
      bytes.length < REQUEST_BYTES ? error(WHY_LENGTH) : this._requests.answer(request);
    this._context.countAnswer('request', response);
    this._host.answered?.({ ...request, status: response.status });
    return encodeResponse(response);
  }

  private _receiveStats(): void {
    const queue = this._port.queue(QUEUE_STATS);
    if (queue === undefined) return;
    const limitBytes = STATS_HEADER_BYTES + ZONE_STATS_BYTES * (this.profile.maxZones + 1);
    while (queue.pop(this._chain) === 'chain') {
      this.counters.statsMessages++;
      const message = decodeStats(readChain(this._port.memory, this._chain, limitBytes));
      if (message === undefined) this._port.violation('czone-stats-length');
      else if (message.requestId !== this._statsRequestId || message.requestId === 0) {
        this._port.violation('czone-stats-request');
      } else message.zones.forEach((zone) => this._takeStats(zone));
      queue.pushUsed(this._chain.head, 0);
    }
    this._port.interruptQueue(QUEUE_STATS);
  }

  private _takeStats(stats: CZoneZoneStats): void {
    if (this._table.exists(stats.zone)) this._stats.set(stats.zone, stats);
    else this._port.violation('czone-stats-zone');
  }
}
