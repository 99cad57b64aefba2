/**
 * The guest's half of czone-virtio: what the kernel's zones need of the host, and what the host asks of
 * idle zones. Touches memory only through `CZoneGuest`.
 */

import { COUNT, FLAG, RefusedArgument, expectObject, expectShape } from '../../check/index.ts';
import { bound } from '../../graph/index.ts';
import { FRAME_BYTES } from '../../abi/unit.ts';
import { F_EVENT_IDX, F_INDIRECT_DESC } from '../constants.ts';
import type { DriverTransport, ProbeFailure } from '../transport.ts';
import {
  CONFIG_ADDR,
  CONFIG_BLOCK_SIZE,
  CONFIG_EPOCH,
  CONFIG_GRANULE,
  CONFIG_MAX_RANGES,
  CONFIG_MAX_ZONES,
  CONFIG_PLUGGED_SIZE,
  CONFIG_REGION_SIZE,
  CONFIG_REQUESTED_SIZE,
  CONFIG_USABLE_SIZE,
  DEVICE_ID_CZONE,
  F_IDLE,
  F_PLUG,
  F_PREFER_BACKED,
  F_RECLAIM,
  F_STATS,
  F_UNPLUGGED_INACCESSIBLE,
  F_UNSOLICITED,
  F_ZEROED,
  MAX_RANGES_MAX,
  ZONE_POOL,
} from './config.ts';
import { DriverBlocks, runsOf } from './driver-blocks.ts';
import { DriverEvents, DriverStats } from './driver-events.ts';
import { DriverPlug } from './driver-plug.ts';
import type { CZoneDriverState } from './driver-state.ts';
import { DriverReports, type ReclaimJob, type ReportLink } from './driver-reports.ts';
import { DriverRequests, type Answered, expectAnswered } from './driver-requests.ts';
import {
  CZONE_EVENT_CANCEL,
  CZONE_EVENT_RECLAIM,
  CZONE_EVENT_SHRINK,
  CZONE_EVENT_STATS,
  type CZoneEvent,
} from './event.ts';
import type { CZoneGuest } from './guest.ts';
import {
  REQUEST_IDLE,
  REQUEST_TO_POOL,
  REQUEST_UNPLUG_ALL,
  REQUEST_ZONE_CREATE,
  REQUEST_ZONE_DESTROY,
  REQUEST_ZONE_STATE,
  ANSWER_ACK,
} from './request.ts';

const WANTED =
  F_RECLAIM |
  F_PLUG |
  F_STATS |
  F_IDLE |
  F_UNSOLICITED |
  F_ZEROED |
  F_PREFER_BACKED |
  F_UNPLUGGED_INACCESSIBLE |
  F_INDIRECT_DESC |
  F_EVENT_IDX;

export interface CZoneDriverOptions {
  /** Features to do without, for comparison. */
  readonly without?: bigint;
}

/** The work that follows looks into all queues. */
export function usedUnheard(): void {}

export class CZoneDriver implements ReportLink {
  readonly guest: CZoneGuest;
  private readonly _transport: DriverTransport;
  private readonly _without: bigint;
  private readonly _requests: DriverRequests;
  private readonly _plug: DriverPlug;
  private readonly _reports: DriverReports;
  private readonly _events: DriverEvents;
  private readonly _stats: DriverStats;
  /** Zones that the device knows, with what it was told of them. */
  private readonly _zones = new Map<number, boolean>();
  /** Ends of zones that wait for ranges in flight. */
  private readonly _destroys: {
    readonly zone: number;
    readonly toPool: boolean;
    readonly done: Answered | undefined;
  }[] = [];
  private _blockBytes = 0;
  private _requestedBytes = 0;
  private _epoch = 0;
  private _maxZones = 0;
  private _granuleFrames = 1;
  private _maxRanges = 0;
  private _configNoted = false;
  private _isWorking = false;
  private _shrinking: { job: ReclaimJob; isDone: boolean } | undefined;

  constructor(transport: DriverTransport, guest: CZoneGuest, options: CZoneDriverOptions = {}) {
    this._transport = transport;
    this.guest = guest;
    this._without = options.without ?? 0n;
    this._requests = new DriverRequests(transport);
    this._plug = new DriverPlug(this._requests, guest);
    this._reports = new DriverReports(transport, this);
    this._events = new DriverEvents(transport);
    this._stats = new DriverStats(transport);
  }

  get startPfn(): number {
    return this._plug.blocks.startPfn;
  }

  get granuleFrames(): number {
    return this._granuleFrames;
  }

  get maxRanges(): number {
    return this._maxRanges;
  }

  get blockBytes(): number {
    return this._blockBytes;
  }

  get requestedBytes(): number {
    return this._requestedBytes;
  }

  get maxZones(): number {
    return this._maxZones;
  }

  get epoch(): number {
    return this._epoch;
  }

  /** The host wants backed frames to be handed out first. */
  get prefersBacked(): boolean {
    return this._transport.has(F_PREFER_BACKED);
  }

  /** Whom the device has been told that a block belongs to; -1: unplugged. */
  ownerOf(block: number): number {
    return this._plug.blocks.owner(block);
  }

  get jobs(): readonly ReclaimJob[] {
    return this._reports.jobs;
  }

  get rangesInFlight(): number {
    return this._reports.rangesInFlight;
  }

  get counters(): { readonly requests: number; readonly reports: number } {
    return { requests: this._requests.sent, reports: this._reports.sent };
  }

  probe(): ProbeFailure | undefined {
    const transport = this._transport;
    const failure =
      transport.probe(DEVICE_ID_CZONE) ??
      transport.negotiate(WANTED & ~this._without, validFeatures) ??
      this._setUp();
    if (failure !== undefined) {
      transport.fail();
      return failure;
    }
    transport.start(this._handler());
    this._events.kick();
    this._adopt();
    return undefined;
  }

  /** A zone for one container, of at most `limitBytes` (0: no limit). `done` as a rule before this returns. */
  createZone(zone: number, limitBytes: number, done?: Answered): void {
    expectAnswered(zone, done, limitBytes);
    this._requests.ask({ type: REQUEST_ZONE_CREATE, zone, value: limitBytes }, (response) => {
      if (response.status === ANSWER_ACK) this._zones.set(zone, false);
      done?.(response);
    });
  }

  /** A zone is about to end: nothing more of it is reported, and the device knows all its blocks. */
  endingZone(zone: number): void {
    this._reports.drop((job) => job.zone === zone);
    this._reports.pump();
    this._plug.sync(zone, runsOf(this._plug.strangers(zone)), () => {});
  }

  /** A zone has ended but for frames that others use: the host gets the blocks that are free. */
  witherZone(zone: number): void {
    if (this._transport.has(F_PLUG)) this._plug.unplugLeft(zone);
  }

  /**
   * Ends a zone that nothing uses: the host takes what is behind its blocks, and the blocks unless
   * `toPool`. The guest must not use them until `done`. Waits for ranges of the zone that are in flight.
   */
  destroyZone(zone: number, toPool = false, done?: Answered): void {
    expectAnswered(zone, done);
    this._reports.drop((job) => job.zone === zone);
    this._reports.pump();
    if (this._reports.isInFlight(zone)) this._destroys.push({ zone, toPool, done });
    else this._destroy(zone, toPool, done);
  }

  /** Plugs blocks for a zone (0: the pool). The answer of the last request; its count is all that came. */
  plug(zone: number, blocks: number, done?: Answered): void {
    this._plug.plug(zone, blocks, done);
  }

  /** Unplugs up to so many blocks of a zone (0: the pool); `migrate` empties blocks by moving pages. */
  unplug(zone: number, blocks: number, migrate: boolean, done?: Answered): void {
    this._plug.unplug(zone, blocks, migrate, done);
  }

  /** The runtime says that a zone rests or works. Work stops what the host has asked of the zone. */
  setIdle(zone: number, isIdle: boolean, done?: Answered): void {
    expectAnswered(zone, done);
    if (!isIdle) this._reports.stop(zone);
    if (!this._zones.has(zone)) return;
    this._zones.set(zone, isIdle);
    if (!this._transport.has(F_IDLE)) return;
    const flags = isIdle ? REQUEST_IDLE : 0;
    this._requests.ask({ type: REQUEST_ZONE_STATE, zone, flags }, (r) => done?.(r));
  }

  /** Gives free memory of a zone to the host without being asked. False when the host does not take it. */
  report(zone: number, targetBytes = 0): boolean {
    expectAnswered(zone, undefined, targetBytes);
    if (!this._transport.has(F_UNSOLICITED)) return false;
    this._addJob('reclaim', { requestId: 0, zone, targetBytes });
    return true;
  }

  /** At rest but for a report in flight: what a snapshot of the guest holds. */
  save(): CZoneDriverState {
    if (!this._requests.isQuiet) {
      throw new RefusedArgument('driver', 'answers to all requests', 'a request without one');
    }
    return {
      features: this._transport.features,
      owners: this._plug.blocks.save(),
      zones: Array.from(this._zones, ([zone, isIdle]) => ({ zone, isIdle })),
      requests: this._requests.save(),
      events: this._events.save(),
      reports: this._reports.save(),
      stats: this._stats.save(),
    };
  }

  /** The copy of a driver, on a device that has loaded its state: reads the config afresh. */
  load(state: CZoneDriverState): void {
    const { features } = expectShape('state', state, { zones: [{ zone: COUNT, isIdle: FLAG }] });
    this._transport.resume(features, this._handler());
    this._requests.load(state.requests);
    this._events.load(state.events);
    if (state.reports !== undefined) this._reports.load(state.reports);
    if (state.stats !== undefined) this._stats.load(state.stats);
    this._readConfig();
    this._plug.blocks.load(state.owners);
    for (const { zone, isIdle } of state.zones) this._zones.set(zone, isIdle);
    this._configNoted = true;
    this._work();
  }

  zoneBytes(zone: number): number {
    return this.guest.blocksOf(zone).length * this._blockBytes;
  }

  prepare(job: ReclaimJob): 'ready' | 'wait' | 'refused' {
    expectAnswered(expectObject('job', job).zone);
    if (job.isStopped) return 'ready';
    const runs = runsOf(this._plug.strangers(job.zone));
    if (runs.length === 0) return job.kind === 'shrink' ? this._shrink(job) : 'ready';
    const outcome: { synced?: boolean } = {};
    this._plug.sync(job.zone, runs, (synced) => {
      outcome.synced = synced;
      if (!synced) job.isStopped = true;
      this._reports.pump();
    });
    if (outcome.synced === undefined) return 'wait';
    return outcome.synced ? this.prepare(job) : 'refused';
  }

  jobEnded(job: ReclaimJob): void {
    if (this._shrinking?.job === job) this._shrinking = undefined;
  }

  private _handler(): { configChanged(): void; queueUsed(): void; work(): void } {
    return {
      configChanged: bound(this, this._noteConfig),
      queueUsed: usedUnheard,
      work: bound(this, this._work),
    };
  }

  private _noteConfig(): void {
    this._configNoted = true;
  }

  private _setUp(): ProbeFailure | undefined {
    const transport = this._transport;
    const failure =
      this._requests.setUp() ??
      this._events.setUp() ??
      (transport.has(F_RECLAIM) ? this._reports.setUp() : undefined) ??
      (transport.has(F_STATS) ? this._stats.setUp() : undefined);
    if (failure !== undefined) return failure;
    return this._readConfig() ? undefined : 'bad-config';
  }

  /** Everything that may differ on another host. False when it makes no sense. */
  private _readConfig(): boolean {
    const transport = this._transport;
    const addr = transport.readConfig64(CONFIG_ADDR);
    const regionBytes = transport.readConfig64(CONFIG_REGION_SIZE);
    const blockBytes = transport.readConfig64(CONFIG_BLOCK_SIZE);
    const granuleBytes = transport.readConfig32(CONFIG_GRANULE);
    this._maxRanges = Math.min(transport.readConfig16(CONFIG_MAX_RANGES), MAX_RANGES_MAX);
    this._maxZones = transport.readConfig32(CONFIG_MAX_ZONES);
    this._epoch = transport.readConfig64(CONFIG_EPOCH);
    const isSound =
      isPowerOfTwo(blockBytes) &&
      isPowerOfTwo(granuleBytes) &&
      granuleBytes >= FRAME_BYTES &&
      granuleBytes <= blockBytes &&
      addr % blockBytes === 0 &&
      regionBytes % blockBytes === 0 &&
      regionBytes / FRAME_BYTES <= 2 ** 32 &&
      this._maxRanges > 0;
    if (!isSound) return false;
    this._blockBytes = blockBytes;
    this._granuleFrames = granuleBytes / FRAME_BYTES;
    const blocks = regionBytes / blockBytes;
    this._plug.blocks ??= new DriverBlocks(addr / FRAME_BYTES, blockBytes / FRAME_BYTES, blocks);
    this._readSizes();
    return true;
  }

  private _readSizes(): void {
    this._plug.blocks.setUsable(
      this._transport.readConfig64(CONFIG_USABLE_SIZE) / this._blockBytes,
    );
    this._requestedBytes = this._transport.readConfig64(CONFIG_REQUESTED_SIZE);
  }

  /** What an earlier driver left plugged is of no use to this one. */
  private _adopt(): void {
    if (!this._transport.has(F_PLUG)) {
      this._plug.blocks.fillPool();
    } else if (this._transport.readConfig64(CONFIG_PLUGGED_SIZE) > 0) {
      this._requests.ask({ type: REQUEST_UNPLUG_ALL }, () => {});
    }
  }

  /** Process context; returns at once when it runs further out already. */
  private _work(): void {
    if (this._isWorking) return;
    this._isWorking = true;
    let events: readonly CZoneEvent[];
    do {
      if (this._configNoted) this._refresh();
      this._requests.poll();
      events = this._events.take();
      for (const event of events) this._take(event);
      this._reports.pump();
      this._stats.poll();
      this._startDestroys();
    } while (events.length > 0 || this._configNoted);
    this._isWorking = false;
  }

  private _refresh(): void {
    this._configNoted = false;
    const epoch = this._transport.readConfig64(CONFIG_EPOCH);
    this._readSizes();
    if (epoch !== this._epoch) {
      // Another machine, perhaps with other pages behind it: what was asked of the old one is void.
      this._readConfig();
      this._reports.drop(() => true);
    }
    const excess = this._plug.blocks.plugged - this._requestedBytes / this._blockBytes;
    if (excess > 0 && this._transport.has(F_PLUG)) this.unplug(ZONE_POOL, excess, false);
  }

  private _take(event: CZoneEvent): void {
    if (event.epoch !== this._epoch) {
      this._refresh();
      if (event.epoch !== this._epoch) return;
    }
    switch (event.type) {
      case CZONE_EVENT_RECLAIM:
        this._addJob('reclaim', event);
        break;
      case CZONE_EVENT_SHRINK:
        this._addJob('shrink', event);
        break;
      case CZONE_EVENT_CANCEL:
        this._reports.drop((job) => job.requestId === event.requestId);
        break;
      case CZONE_EVENT_STATS:
        this._sendStats(event.requestId);
        break;
    }
  }

  private _addJob(
    kind: ReclaimJob['kind'],
    from: { requestId: number; zone: number; targetBytes: number },
  ): void {
    const { requestId, zone, targetBytes } = from;
    // A zone that is gone, or at work, has nothing to give; an answer is due all the same.
    const isStopped = zone !== ZONE_POOL && !this._zones.has(zone);
    const job = { kind, requestId, zone, targetBytes, gotBytes: 0, isStopped };
    this._reports.add(job);
  }

  private _sendStats(requestId: number): void {
    const zones = [ZONE_POOL, ...this._zones.keys()];
    this._stats.send(
      requestId,
      zones.map((zone) => {
        const isIdle = this._zones.get(zone) ?? false;
        return { zone, isIdle, ...this.guest.zoneStats(zone) };
      }),
    );
  }

  private _destroy(zone: number, toPool: boolean, done: Answered | undefined): void {
    const flags = toPool ? REQUEST_TO_POOL : 0;
    const send = (): void =>
      this._requests.ask({ type: REQUEST_ZONE_DESTROY, zone, flags }, (response) => {
        if (response.status === ANSWER_ACK) {
          this._zones.delete(zone);
          const stays = toPool || !this._transport.has(F_PLUG);
          this._plug.blocks.move(zone, stays ? ZONE_POOL : -1);
        }
        done?.(response);
      });
    const strangers = runsOf(this._plug.strangers(zone));
    this._plug.sync(zone, strangers, () => this._plug.handOver(zone, send));
  }

  private _startDestroys(): void {
    for (let i = 0; i < this._destroys.length; i++) {
      const destroy = this._destroys[i];
      if (destroy === undefined || this._reports.isInFlight(destroy.zone)) continue;
      this._destroys.splice(i--, 1);
      this._destroy(destroy.zone, destroy.toPool, destroy.done);
    }
  }

  private _shrink(job: ReclaimJob): 'ready' | 'wait' {
    if (this._shrinking?.job !== job) {
      const shrinking = { job, isDone: false };
      this._shrinking = shrinking;
      const blocks =
        job.targetBytes === 0 ? Infinity : Math.floor(job.targetBytes / this._blockBytes);
      this.unplug(job.zone, Math.min(blocks, this.guest.blocksOf(job.zone).length), true, (r) => {
        job.gotBytes = r.count * this._blockBytes;
        shrinking.isDone = true;
        this._reports.pump();
      });
    }
    return this._shrinking?.isDone === true ? 'ready' : 'wait';
  }
}

/** Reports nobody asked for need the queue of those that were. */
function validFeatures(features: bigint): bigint {
  return (features & F_RECLAIM) === 0n ? features & ~F_UNSOLICITED : features;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}
