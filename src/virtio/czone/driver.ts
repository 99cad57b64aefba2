/**
 * The guest's half of czone-virtio: what the kernel's zones need of the host, and what the host asks of
 * idle zones. Touches memory only through `CZoneGuest`.
 */

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
import { DriverEvents, DriverStats, type EventsState } from './driver-events.ts';
import { DriverPlug } from './driver-plug.ts';
import {
  DriverReports,
  type ReclaimJob,
  type ReportLink,
  type ReportsState,
} from './driver-reports.ts';
import { DriverRequests, type Answered, type RequestsState } from './driver-requests.ts';
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

export interface CZoneDriverState {
  readonly features: bigint;
  readonly owners: Int32Array;
  readonly zones: readonly { readonly zone: number; readonly isIdle: boolean }[];
  readonly requests: RequestsState;
  readonly events: EventsState;
  readonly reports: ReportsState | undefined;
  readonly stats: EventsState | undefined;
}

/** A driver was used where the specification does not allow it. */
export class CZoneDriverError extends Error {
  override readonly name: string = 'CZoneDriverError';
}

export class CZoneDriver implements ReportLink {
  readonly guest: CZoneGuest;
  readonly #transport: DriverTransport;
  readonly #without: bigint;
  readonly #requests: DriverRequests;
  readonly #plug: DriverPlug;
  readonly #reports: DriverReports;
  readonly #events: DriverEvents;
  readonly #stats: DriverStats;
  /** Zones that the device knows, with what it was told of them. */
  readonly #zones = new Map<number, boolean>();
  readonly #destroys: { readonly zone: number; readonly start: () => void }[] = [];
  #blockBytes = 0;
  #requestedBytes = 0;
  #epoch = 0;
  #maxZones = 0;
  #granuleFrames = 1;
  #maxRanges = 0;
  #configNoted = false;
  #isWorking = false;
  #shrinking: { job: ReclaimJob; isDone: boolean } | undefined;

  constructor(transport: DriverTransport, guest: CZoneGuest, options: CZoneDriverOptions = {}) {
    this.#transport = transport;
    this.guest = guest;
    this.#without = options.without ?? 0n;
    this.#requests = new DriverRequests(transport);
    this.#plug = new DriverPlug(this.#requests, guest);
    this.#reports = new DriverReports(transport, this);
    this.#events = new DriverEvents(transport);
    this.#stats = new DriverStats(transport);
  }

  get startPfn(): number {
    return this.#plug.blocks.startPfn;
  }

  get granuleFrames(): number {
    return this.#granuleFrames;
  }

  get maxRanges(): number {
    return this.#maxRanges;
  }

  get blockBytes(): number {
    return this.#blockBytes;
  }

  get requestedBytes(): number {
    return this.#requestedBytes;
  }

  get maxZones(): number {
    return this.#maxZones;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** The host wants backed frames to be handed out first. */
  get prefersBacked(): boolean {
    return this.#transport.has(F_PREFER_BACKED);
  }

  /** Whom the device has been told that a block belongs to; -1: unplugged. */
  ownerOf(block: number): number {
    return this.#plug.blocks.owner(block);
  }

  get jobs(): readonly ReclaimJob[] {
    return this.#reports.jobs;
  }

  get rangesInFlight(): number {
    return this.#reports.rangesInFlight;
  }

  get counters(): { readonly requests: number; readonly reports: number } {
    return { requests: this.#requests.sent, reports: this.#reports.sent };
  }

  probe(): ProbeFailure | undefined {
    const transport = this.#transport;
    const failure =
      transport.probe(DEVICE_ID_CZONE) ??
      transport.negotiate(WANTED & ~this.#without, validFeatures) ??
      this.#setUp();
    if (failure !== undefined) {
      transport.fail();
      return failure;
    }
    transport.start(this.#handler());
    this.#events.kick();
    this.#adopt();
    return undefined;
  }

  /** A zone for one container, of at most `limitBytes` (0: no limit). `done` as a rule before this returns. */
  createZone(zone: number, limitBytes: number, done?: Answered): void {
    this.#requests.ask({ type: REQUEST_ZONE_CREATE, zone, value: limitBytes }, (response) => {
      if (response.status === ANSWER_ACK) this.#zones.set(zone, false);
      done?.(response);
    });
  }

  /** A zone is about to end: nothing more of it is reported, and the device knows all its blocks. */
  endingZone(zone: number): void {
    this.#reports.drop((job) => job.zone === zone);
    this.#reports.pump();
    this.#plug.sync(zone, runsOf(this.#plug.strangers(zone)), () => {});
  }

  /** A zone has ended but for frames that others use: the host gets the blocks that are free. */
  witherZone(zone: number): void {
    if (this.#transport.has(F_PLUG)) this.#plug.unplugLeft(zone);
  }

  /**
   * Ends a zone that nothing uses: the host takes what is behind its blocks, and the blocks unless
   * `toPool`. The guest must not use them until `done`. Waits for ranges of the zone that are in flight.
   */
  destroyZone(zone: number, toPool = false, done?: Answered): void {
    const start = (): void => this.#destroy(zone, toPool, done);
    this.#reports.drop((job) => job.zone === zone);
    this.#reports.pump();
    if (this.#reports.isInFlight(zone)) this.#destroys.push({ zone, start });
    else start();
  }

  /** Plugs blocks for a zone (0: the pool). The answer of the last request; its count is all that came. */
  plug(zone: number, blocks: number, done?: Answered): void {
    this.#plug.plug(zone, blocks, done);
  }

  /** Unplugs up to so many blocks of a zone (0: the pool); `migrate` empties blocks by moving pages. */
  unplug(zone: number, blocks: number, migrate: boolean, done?: Answered): void {
    this.#plug.unplug(zone, blocks, migrate, done);
  }

  /** The runtime says that a zone rests or works. Work stops what the host has asked of the zone. */
  setIdle(zone: number, isIdle: boolean, done?: Answered): void {
    if (!isIdle) this.#reports.stop(zone);
    if (!this.#zones.has(zone)) return;
    this.#zones.set(zone, isIdle);
    if (!this.#transport.has(F_IDLE)) return;
    const flags = isIdle ? REQUEST_IDLE : 0;
    this.#requests.ask({ type: REQUEST_ZONE_STATE, zone, flags }, (r) => done?.(r));
  }

  /** Gives free memory of a zone to the host without being asked. False when the host does not take it. */
  report(zone: number, targetBytes = 0): boolean {
    if (!this.#transport.has(F_UNSOLICITED)) return false;
    this.#addJob('reclaim', { requestId: 0, zone, targetBytes });
    return true;
  }

  /** At rest but for a report in flight: what a snapshot of the guest holds. */
  save(): CZoneDriverState {
    if (!this.#requests.isQuiet) {
      throw new CZoneDriverError('save: a request to the device has not been answered');
    }
    return {
      features: this.#transport.features,
      owners: this.#plug.blocks.save(),
      zones: Array.from(this.#zones, ([zone, isIdle]) => ({ zone, isIdle })),
      requests: this.#requests.save(),
      events: this.#events.save(),
      reports: this.#reports.save(),
      stats: this.#stats.save(),
    };
  }

  /** The copy of a driver, on a device that has loaded its state: reads the config afresh. */
  load(state: CZoneDriverState): void {
    this.#transport.resume(state.features, this.#handler());
    this.#requests.load(state.requests);
    this.#events.load(state.events);
    if (state.reports !== undefined) this.#reports.load(state.reports);
    if (state.stats !== undefined) this.#stats.load(state.stats);
    this.#readConfig();
    this.#plug.blocks.load(state.owners);
    for (const { zone, isIdle } of state.zones) this.#zones.set(zone, isIdle);
    this.#configNoted = true;
    this.#work();
  }

  zoneBytes(zone: number): number {
    return this.guest.blocksOf(zone).length * this.#blockBytes;
  }

  prepare(job: ReclaimJob): 'ready' | 'wait' | 'refused' {
    if (job.isStopped) return 'ready';
    const runs = runsOf(this.#plug.strangers(job.zone));
    if (runs.length === 0) return job.kind === 'shrink' ? this.#shrink(job) : 'ready';
    const outcome: { synced?: boolean } = {};
    this.#plug.sync(job.zone, runs, (synced) => {
      outcome.synced = synced;
      if (!synced) job.isStopped = true;
      this.#reports.pump();
    });
    if (outcome.synced === undefined) return 'wait';
    return outcome.synced ? this.prepare(job) : 'refused';
  }

  jobEnded(job: ReclaimJob): void {
    if (this.#shrinking?.job === job) this.#shrinking = undefined;
  }

  #handler(): { configChanged(): void; queueUsed(): void; work(): void } {
    return {
      configChanged: () => (this.#configNoted = true),
      queueUsed: () => {},
      work: () => this.#work(),
    };
  }

  #setUp(): ProbeFailure | undefined {
    const transport = this.#transport;
    const failure =
      this.#requests.setUp() ??
      this.#events.setUp() ??
      (transport.has(F_RECLAIM) ? this.#reports.setUp() : undefined) ??
      (transport.has(F_STATS) ? this.#stats.setUp() : undefined);
    if (failure !== undefined) return failure;
    return this.#readConfig() ? undefined : 'bad-config';
  }

  /** Everything that may differ on another host. False when it makes no sense. */
  #readConfig(): boolean {
    const transport = this.#transport;
    const addr = transport.readConfig64(CONFIG_ADDR);
    const regionBytes = transport.readConfig64(CONFIG_REGION_SIZE);
    const blockBytes = transport.readConfig64(CONFIG_BLOCK_SIZE);
    const granuleBytes = transport.readConfig32(CONFIG_GRANULE);
    this.#maxRanges = Math.min(transport.readConfig16(CONFIG_MAX_RANGES), MAX_RANGES_MAX);
    this.#maxZones = transport.readConfig32(CONFIG_MAX_ZONES);
    this.#epoch = transport.readConfig64(CONFIG_EPOCH);
    const isSound =
      isPowerOfTwo(blockBytes) &&
      isPowerOfTwo(granuleBytes) &&
      granuleBytes >= FRAME_BYTES &&
      granuleBytes <= blockBytes &&
      addr % blockBytes === 0 &&
      regionBytes % blockBytes === 0 &&
      regionBytes / FRAME_BYTES <= 2 ** 32 &&
      this.#maxRanges > 0;
    if (!isSound) return false;
    this.#blockBytes = blockBytes;
    this.#granuleFrames = granuleBytes / FRAME_BYTES;
    const blocks = regionBytes / blockBytes;
    this.#plug.blocks ??= new DriverBlocks(addr / FRAME_BYTES, blockBytes / FRAME_BYTES, blocks);
    this.#readSizes();
    return true;
  }

  #readSizes(): void {
    this.#plug.blocks.setUsable(
      this.#transport.readConfig64(CONFIG_USABLE_SIZE) / this.#blockBytes,
    );
    this.#requestedBytes = this.#transport.readConfig64(CONFIG_REQUESTED_SIZE);
  }

  /** What an earlier driver left plugged is of no use to this one. */
  #adopt(): void {
    if (!this.#transport.has(F_PLUG)) {
      this.#plug.blocks.fillPool();
    } else if (this.#transport.readConfig64(CONFIG_PLUGGED_SIZE) > 0) {
      this.#requests.ask({ type: REQUEST_UNPLUG_ALL }, () => {});
    }
  }

  /** Process context; returns at once when it runs further out already. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    let events: readonly CZoneEvent[];
    do {
      if (this.#configNoted) this.#refresh();
      this.#requests.poll();
      events = this.#events.take();
      for (const event of events) this.#take(event);
      this.#reports.pump();
      this.#stats.poll();
      this.#startDestroys();
    } while (events.length > 0 || this.#configNoted);
    this.#isWorking = false;
  }

  #refresh(): void {
    this.#configNoted = false;
    const epoch = this.#transport.readConfig64(CONFIG_EPOCH);
    this.#readSizes();
    if (epoch !== this.#epoch) {
      // Another machine, perhaps with other pages behind it: what was asked of the old one is void.
      this.#readConfig();
      this.#reports.drop(() => true);
    }
    const excess = this.#plug.blocks.plugged - this.#requestedBytes / this.#blockBytes;
    if (excess > 0 && this.#transport.has(F_PLUG)) this.unplug(ZONE_POOL, excess, false);
  }

  #take(event: CZoneEvent): void {
    if (event.epoch !== this.#epoch) {
      this.#refresh();
      if (event.epoch !== this.#epoch) return;
    }
    switch (event.type) {
      case CZONE_EVENT_RECLAIM:
        this.#addJob('reclaim', event);
        break;
      case CZONE_EVENT_SHRINK:
        this.#addJob('shrink', event);
        break;
      case CZONE_EVENT_CANCEL:
        this.#reports.drop((job) => job.requestId === event.requestId);
        break;
      case CZONE_EVENT_STATS:
        this.#sendStats(event.requestId);
        break;
    }
  }

  #addJob(
    kind: ReclaimJob['kind'],
    from: { requestId: number; zone: number; targetBytes: number },
  ): void {
    const { requestId, zone, targetBytes } = from;
    // A zone that is gone, or at work, has nothing to give; an answer is due all the same.
    const isStopped = zone !== ZONE_POOL && !this.#zones.has(zone);
    const job = { kind, requestId, zone, targetBytes, gotBytes: 0, isStopped };
    this.#reports.add(job);
  }

  #sendStats(requestId: number): void {
    const zones = [ZONE_POOL, ...this.#zones.keys()];
    this.#stats.send(
      requestId,
      zones.map((zone) => {
        const isIdle = this.#zones.get(zone) ?? false;
        return { zone, isIdle, ...this.guest.zoneStats(zone) };
      }),
    );
  }

  #destroy(zone: number, toPool: boolean, done: Answered | undefined): void {
    const flags = toPool ? REQUEST_TO_POOL : 0;
    const send = (): void =>
      this.#requests.ask({ type: REQUEST_ZONE_DESTROY, zone, flags }, (response) => {
        if (response.status === ANSWER_ACK) {
          this.#zones.delete(zone);
          const stays = toPool || !this.#transport.has(F_PLUG);
          this.#plug.blocks.move(zone, stays ? ZONE_POOL : -1);
        }
        done?.(response);
      });
    const strangers = runsOf(this.#plug.strangers(zone));
    this.#plug.sync(zone, strangers, () => this.#plug.handOver(zone, send));
  }

  #startDestroys(): void {
    for (let i = 0; i < this.#destroys.length; i++) {
      const destroy = this.#destroys[i];
      if (destroy === undefined || this.#reports.isInFlight(destroy.zone)) continue;
      this.#destroys.splice(i--, 1);
      destroy.start();
    }
  }

  #shrink(job: ReclaimJob): 'ready' | 'wait' {
    if (this.#shrinking?.job !== job) {
      const shrinking = { job, isDone: false };
      this.#shrinking = shrinking;
      const blocks =
        job.targetBytes === 0 ? Infinity : Math.floor(job.targetBytes / this.#blockBytes);
      this.unplug(job.zone, Math.min(blocks, this.guest.blocksOf(job.zone).length), true, (r) => {
        job.gotBytes = r.count * this.#blockBytes;
        shrinking.isDone = true;
        this.#reports.pump();
      });
    }
    return this.#shrinking?.isDone === true ? 'ready' : 'wait';
  }
}

/** Reports nobody asked for need the queue of those that were. */
function validFeatures(features: bigint): bigint {
  return (features & F_RECLAIM) === 0n ? features & ~F_UNSOLICITED : features;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}
