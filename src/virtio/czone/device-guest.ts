/** The device's answers to guest requests (sections 6.2 to 6.4 and 7.1). */

import { FRAME_BYTES } from '../../abi/unit.ts';
import { F_IDLE, F_PLUG, ZONE_POOL } from './config.ts';
import type { DeviceContext } from './device-context.ts';
import {
  ack,
  BLOCK_UNPLUGGED,
  busy,
  error,
  nack,
  OWNER_NONE,
  REQUEST_ASSIGN,
  REQUEST_BLOCK_STATE,
  REQUEST_IDLE,
  REQUEST_PLUG,
  REQUEST_TO_POOL,
  REQUEST_UNPLUG,
  REQUEST_UNPLUG_ALL,
  REQUEST_ZONE_CREATE,
  REQUEST_ZONE_DESTROY,
  REQUEST_ZONE_STATE,
  WHY_COUNT,
  WHY_FLAGS,
  WHY_OWNER,
  WHY_RANGE,
  WHY_REQUESTED_SIZE,
  WHY_STATE,
  WHY_TYPE,
  WHY_ZONE,
  WHY_ZONE_EXISTS,
  WHY_ZONE_LIMIT,
  type CZoneRequest,
  type CZoneResponse,
} from './request.ts';

/** Flags that a type may carry; a type that is not here does not exist. */
const FLAGS: Readonly<Record<number, number>> = {
  [REQUEST_ZONE_CREATE]: 0,
  [REQUEST_ZONE_DESTROY]: REQUEST_TO_POOL,
  [REQUEST_PLUG]: 0,
  [REQUEST_UNPLUG]: 0,
  [REQUEST_ASSIGN]: REQUEST_TO_POOL,
  [REQUEST_ZONE_STATE]: REQUEST_IDLE,
  [REQUEST_BLOCK_STATE]: 0,
  [REQUEST_UNPLUG_ALL]: 0,
};

const NEEDS_PLUG: ReadonlySet<number> = new Set([REQUEST_PLUG, REQUEST_UNPLUG, REQUEST_UNPLUG_ALL]);
const HAS_BLOCKS: ReadonlySet<number> = new Set([
  REQUEST_PLUG,
  REQUEST_UNPLUG,
  REQUEST_ASSIGN,
  REQUEST_BLOCK_STATE,
]);

/** What else happens when zones come, go and rest. */
export interface ZoneListener {
  zoneGone(zone: number): void;
  zoneIdle(zone: number, isIdle: boolean): void;
}

export class GuestRequests {
  private readonly _context: DeviceContext;
  private readonly _listener: ZoneListener;

  constructor(context: DeviceContext, listener: ZoneListener) {
    this._context = context;
    this._listener = listener;
  }

  answer(request: CZoneRequest): CZoneResponse {
    const refusal = this._check(request);
    if (refusal !== undefined) return refusal;
    switch (request.type) {
      case REQUEST_ZONE_CREATE:
        return this._create(request);
      case REQUEST_ZONE_DESTROY:
        return this._destroy(request);
      case REQUEST_PLUG:
        return this._plug(request);
      case REQUEST_UNPLUG:
        return this._unplug(request);
      case REQUEST_ASSIGN:
        return this._assign(request);
      case REQUEST_ZONE_STATE:
        return this._zoneState(request);
      case REQUEST_BLOCK_STATE:
        return this._blockState(request);
      default:
        return this._unplugAll();
    }
  }

  /** What holds for every request: a known type, known flags, blocks that are in the usable region. */
  private _check(request: CZoneRequest): CZoneResponse | undefined {
    const { type, flags, block, blocks } = request;
    const known = FLAGS[type];
    if (known === undefined) return error(WHY_TYPE);
    if (NEEDS_PLUG.has(type) && !this._context.has(F_PLUG)) return error(WHY_TYPE);
    if (type === REQUEST_ZONE_STATE && !this._context.has(F_IDLE)) return error(WHY_TYPE);
    if ((flags & ~known) !== 0) return error(WHY_FLAGS);
    if (!HAS_BLOCKS.has(type)) return undefined;
    if (blocks === 0) return error(WHY_COUNT);
    return block + blocks > this._context.limits.usableBlocks ? error(WHY_RANGE) : undefined;
  }

  private _create({ zone, value }: CZoneRequest): CZoneResponse {
    const { table, geometry, counters } = this._context;
    if (zone === ZONE_POOL || zone > geometry.maxZones) return error(WHY_ZONE);
    if (table.zone(zone) !== undefined) return error(WHY_ZONE_EXISTS);
    const blockBytes = geometry.blockFrames * FRAME_BYTES;
    table.create(zone, value === 0 ? Infinity : Math.floor(value / blockBytes));
    counters.zonesCreated++;
    return ack();
  }

  /** All blocks of the zone at once: what makes the end of a container cheap. */
  private _destroy({ zone, flags }: CZoneRequest): CZoneResponse {
    const { table, counters } = this._context;
    if (zone === ZONE_POOL || !table.exists(zone)) return error(WHY_ZONE);
    this._listener.zoneGone(zone);
    const stays = (flags & REQUEST_TO_POOL) !== 0 || !this._context.has(F_PLUG);
    const pagesBefore = counters.unpluggedPages;
    let blocks = 0;
    const isWhole = table.eachRun(zone, (first, count) => {
      const taken = stays ? this._empty(first, count) : this._context.unplug(first, count);
      if (taken) blocks += count;
      return taken;
    });
    const releasedBytes = (counters.unpluggedPages - pagesBefore) * FRAME_BYTES;
    if (!isWhole) return busy(blocks, releasedBytes);
    table.remove(zone);
    counters.zonesDestroyed++;
    return ack(blocks, releasedBytes);
  }

  /** Discards a run of blocks that goes back to the pool. */
  private _empty(first: number, count: number): boolean {
    const { host, table, geometry, counters } = this._context;
    const pages = host.release(this._context.blockPfn(first), count * geometry.blockFrames);
    counters.releaseCalls++;
    if (pages < 0) return false;
    counters.unpluggedPages += pages;
    table.give(first, count, ZONE_POOL);
    return true;
  }

  private _plug({ zone, block, blocks }: CZoneRequest): CZoneResponse {
    const { table, limits, host, geometry, counters } = this._context;
    if (!table.exists(zone)) return error(WHY_ZONE);
    if (table.state(block, blocks) !== BLOCK_UNPLUGGED) return error(WHY_STATE);
    if (table.pluggedBlocks + blocks > limits.requestedBlocks) return nack(WHY_REQUESTED_SIZE);
    if (!this._fits(zone, blocks)) return nack(WHY_ZONE_LIMIT);
    if (!host.plug(this._context.blockPfn(block), blocks * geometry.blockFrames)) return busy(0, 0);
    table.give(block, blocks, zone);
    counters.pluggedBlocks += blocks;
    return ack(blocks);
  }

  private _unplug({ zone, block, blocks }: CZoneRequest): CZoneResponse {
    const { table, counters } = this._context;
    const refusal = this._checkOwner(zone, block, blocks);
    if (refusal !== undefined) return refusal;
    if (!table.exists(zone)) return error(WHY_ZONE);
    const pagesBefore = counters.unpluggedPages;
    if (!this._context.unplug(block, blocks)) return busy(0, 0);
    return ack(blocks, (counters.unpluggedPages - pagesBefore) * FRAME_BYTES);
  }

  private _assign({ zone, flags, block, blocks }: CZoneRequest): CZoneResponse {
    const { table, counters } = this._context;
    if (zone === ZONE_POOL || !table.exists(zone)) return error(WHY_ZONE);
    const toPool = (flags & REQUEST_TO_POOL) !== 0;
    const refusal = this._checkOwner(toPool ? zone : ZONE_POOL, block, blocks);
    if (refusal !== undefined) return refusal;
    if (!toPool && !this._fits(zone, blocks)) return nack(WHY_ZONE_LIMIT);
    table.give(block, blocks, toPool ? ZONE_POOL : zone);
    if (!toPool) counters.assignedBlocks += blocks;
    return ack(blocks);
  }

  private _zoneState({ zone, flags }: CZoneRequest): CZoneResponse {
    if (zone === ZONE_POOL || !this._context.table.exists(zone)) return error(WHY_ZONE);
    this._listener.zoneIdle(zone, (flags & REQUEST_IDLE) !== 0);
    return ack();
  }

  private _blockState({ block, blocks }: CZoneRequest): CZoneResponse {
    const { table } = this._context;
    const owner = table.owner(block, blocks) ?? -1;
    return ack(blocks, owner < 0 ? OWNER_NONE : owner, table.state(block, blocks));
  }

  /** Zones go, too: nothing of what the driver knew is left. */
  private _unplugAll(): CZoneResponse {
    const { table, counters } = this._context;
    for (const { zone } of table.all()) this._listener.zoneGone(zone);
    this._listener.zoneGone(ZONE_POOL);
    const pagesBefore = counters.unpluggedPages;
    const before = table.pluggedBlocks;
    const isWhole = table.eachRun(undefined, (first, count) => this._context.unplug(first, count));
    const releasedBytes = (counters.unpluggedPages - pagesBefore) * FRAME_BYTES;
    const blocks = before - table.pluggedBlocks;
    if (!isWhole) return busy(blocks, releasedBytes);
    counters.zonesDestroyed += table.count;
    table.forgetZones();
    return ack(blocks, releasedBytes);
  }

  private _checkOwner(owner: number, block: number, blocks: number): CZoneResponse | undefined {
    const { table } = this._context;
    const found = table.owner(block, blocks);
    if (found === owner) return undefined;
    return error(table.state(block, blocks) === 1 ? WHY_OWNER : WHY_STATE);
  }

  /** Do so many more blocks stay within the limits of a zone? The pool has none. */
  private _fits(zone: number, blocks: number): boolean {
    const info = this._context.table.zone(zone);
    if (info === undefined) return true;
    const limit = Math.min(info.limitBlocks, this._context.limits.zoneLimitBlocks);
    return info.blocks + blocks <= limit;
  }
}
