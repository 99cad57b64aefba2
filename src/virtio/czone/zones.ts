/**
 * The device's books: which block is plugged, and to which zone it belongs. Decides nothing and touches
 * no memory; the callers have checked what they ask.
 */

import { ARRAY, COUNT, expectInteger, expectShape } from '../../check/index.ts';
import { ZONE_POOL } from './config.ts';
import { BLOCK_MIXED, BLOCK_PLUGGED, BLOCK_UNPLUGGED } from './request.ts';

const UNPLUGGED = -1;

export interface ZoneInfo {
  readonly zone: number;
  /** In blocks; Infinity when there is none. */
  readonly limitBlocks: number;
  blocks: number;
  isIdle: boolean;
}

export interface ZoneTableState {
  readonly owners: Int32Array;
  readonly zones: readonly ZoneInfo[];
}

export class ZoneTable {
  readonly blocks: number;
  /** By block: the zone, 0 for the pool, -1 when unplugged. */
  private readonly _owners: Int32Array;
  private readonly _zones = new Map<number, ZoneInfo>();
  /** No block of a zone lies below: a zone's end must not cost a walk over the region. */
  private readonly _lowest = new Map<number, number>();
  private _pluggedBlocks = 0;

  constructor(blocks: number) {
    this.blocks = blocks;
    this._owners = new Int32Array(blocks).fill(UNPLUGGED);
  }

  get pluggedBlocks(): number {
    return this._pluggedBlocks;
  }

  get count(): number {
    return this._zones.size;
  }

  zone(zone: number): ZoneInfo | undefined {
    return this._zones.get(zone);
  }

  all(): ZoneInfo[] {
    return Array.from(this._zones.values());
  }

  /** Is this the pool or a zone that exists? */
  exists(zone: number): boolean {
    return zone === ZONE_POOL || this._zones.has(zone);
  }

  create(zone: number, limitBlocks: number): void {
    this._zones.set(zone, { zone, limitBlocks, blocks: 0, isIdle: false });
  }

  /** Its blocks must be elsewhere already. */
  remove(zone: number): void {
    this._zones.delete(zone);
    this._lowest.delete(zone);
  }

  /** The one owner of a range of blocks; -1 when all are unplugged, undefined when they differ. */
  owner(first: number, count: number): number | undefined {
    expectInteger('block', first, 0);
    expectInteger('blocks', count, 0);
    const owner = this._owners[first];
    for (let i = first + 1; i < first + count; i++) {
      if (this._owners[i] !== owner) return undefined;
    }
    return owner;
  }

  state(first: number, count: number): number {
    let plugged = 0;
    for (let i = first; i < first + count; i++) if (this._owners[i] !== UNPLUGGED) plugged++;
    if (plugged === 0) return BLOCK_UNPLUGGED;
    return plugged === count ? BLOCK_PLUGGED : BLOCK_MIXED;
  }

  /** Gives blocks to a zone, the pool, or (-1) to nobody. */
  give(first: number, count: number, owner: number): void {
    for (let i = first; i < first + count; i++) {
      const before = this._zones.get(this._owners[i] ?? UNPLUGGED);
      if (before !== undefined) before.blocks--;
      if (this._owners[i] !== UNPLUGGED) this._pluggedBlocks--;
      if (owner !== UNPLUGGED) this._pluggedBlocks++;
      this._owners[i] = owner;
    }
    const after = this._zones.get(owner);
    if (after === undefined) return;
    after.blocks += count;
    this._lowest.set(owner, Math.min(first, this._lowest.get(owner) ?? first));
  }

  takeAway(first: number, count: number): void {
    this.give(first, count, UNPLUGGED);
  }

  /**
   * Runs of blocks of one owner (undefined: of any), ascending, until `visit` says false. The visitor may
   * give the blocks of the run away, to an owner that is not visited.
   */
  eachRun(owner: number | undefined, visit: (first: number, count: number) => boolean): boolean {
    const wanted = (i: number): boolean => {
      const has = this._owners[i] as number;
      return owner === undefined ? has !== UNPLUGGED : has === owner;
    };
    let left = (owner === undefined ? undefined : this.zone(owner)?.blocks) ?? this._pluggedBlocks;
    const start = owner === undefined ? 0 : (this._lowest.get(owner) ?? 0);
    for (let first = start; first < this.blocks && left > 0; first++) {
      if (!wanted(first)) continue;
      let end = first + 1;
      while (end < this.blocks && wanted(end)) end++;
      left -= end - first;
      if (!visit(first, end - first)) return false;
      first = end;
    }
    return true;
  }

  /** Highest plugged block plus one. */
  get endPlugged(): number {
    return this._owners.findLastIndex((owner) => owner !== UNPLUGGED) + 1;
  }

  /** All zones go; their blocks stay plugged, in the pool. */
  forgetZones(): void {
    for (let i = 0; i < this.blocks; i++) {
      if ((this._owners[i] as number) > ZONE_POOL) this._owners[i] = ZONE_POOL;
    }
    this._zones.clear();
    this._lowest.clear();
  }

  save(): ZoneTableState {
    return { owners: this._owners.slice(), zones: this.all().map((zone) => ({ ...zone })) };
  }

  load(state: ZoneTableState): void {
    const { owners } = expectShape('table', state, { zones: [{ zone: COUNT }], owners: ARRAY });
    expectInteger('table.owners', owners.length, 0, this.blocks);
    this._owners.set(owners);
    this._zones.clear();
    this._lowest.clear();
    for (const zone of state.zones) this._zones.set(zone.zone, { ...zone });
    this._pluggedBlocks = this._owners.filter((owner) => owner !== UNPLUGGED).length;
  }
}
