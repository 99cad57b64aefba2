// CZones, slowly and obviously: sets of frames, maps of who maps what. Which frame a page gets is the core's choice and is
// told to the model, which says whether that choice was allowed and predicts everything else: blocks of each zone and
// their order, what is free, what is backed, who maps what, statuses. Frames outside the region are not followed.

export type LimitPolicy = 'oom' | 'grow' | 'borrow';

export interface Mapping {
  pfn: number;
  protected: boolean;
}

export interface ModelObject {
  readonly id: number;
  /** Undefined: the kernel's zones. */
  readonly zone: ModelZone | undefined;
  readonly pages: Map<number, Mapping>;
  /** Forked, or with pages outside its zone. */
  entangled: boolean;
}

export interface ModelZone {
  readonly index: number;
  limit: number;
  readonly policy: LimitPolicy;
  /** First frames, in the order in which the zone got them. */
  blocks: number[];
  dying: boolean;
  /** Frames in use: mapped, or out for reclaim. */
  used: number;
  freeBacked: number;
}

/** What a page's allocation has to come to. */
type Source = 'zone' | 'borrow' | 'limit' | 'memory';

export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`model: ${what}`);
}

export class CzoneModel {
  readonly block: number;
  readonly start: number;
  readonly end: number;
  readonly pool: Set<number> = new Set();
  readonly zones: Set<ModelZone> = new Set();
  readonly objects: Map<number, ModelObject> = new Map();
  /** Mapped frames, and who maps each: `id:index`. */
  readonly mappers: Map<number, Set<string>> = new Map();
  readonly backed: Set<number> = new Set();
  readonly out: Set<number> = new Set();
  readonly #zoneOfBlock: Map<number, ModelZone> = new Map();

  constructor(start: number, frames: number, block: number) {
    this.start = start;
    this.end = start + frames;
    this.block = block;
    for (let pfn = start; pfn < this.end; pfn += block) this.pool.add(pfn);
  }

  blockOf(pfn: number): number {
    return pfn - ((pfn - this.start) % this.block);
  }

  inRegion(pfn: number): boolean {
    return pfn >= this.start && pfn < this.end;
  }

  zoneOf(pfn: number): ModelZone | undefined {
    return this.inRegion(pfn) ? this.#zoneOfBlock.get(this.blockOf(pfn)) : undefined;
  }

  managed(zone: ModelZone): number {
    return zone.blocks.length * this.block;
  }

  free(zone: ModelZone): number {
    return this.managed(zone) - zone.used;
  }

  isFree(pfn: number): boolean {
    return this.zoneOf(pfn) !== undefined && !this.mappers.has(pfn) && !this.out.has(pfn);
  }

  isBlockFree(block: number): boolean {
    for (let pfn = block; pfn < block + this.block; pfn += 1) if (!this.isFree(pfn)) return false;
    return true;
  }

  /** Runs of free blocks of the pool: first block and length. */
  runs(): { first: number; length: number }[] {
    const runs: { first: number; length: number }[] = [];
    for (const pfn of [...this.pool].toSorted((a, b) => a - b)) {
      const last = runs.at(-1);
      if (last !== undefined && last.first + last.length * this.block === pfn) last.length += 1;
      else runs.push({ first: pfn, length: 1 });
    }
    return runs;
  }

  /** The block that a zone gets next when it wants so many. */
  #choose(zone: ModelZone, wanted: number): number | undefined {
    const behind = (zone.blocks.at(-1) ?? -Infinity) + this.block;
    if (this.pool.has(behind)) return behind;
    const runs = this.runs();
    const fitting = runs.filter((run) => run.length >= wanted);
    const better = fitting.length > 0 ? Math.min : Math.max;
    const among = fitting.length > 0 ? fitting : runs;
    const length = better(...among.map((run) => run.length));
    return among.find((run) => run.length === length)?.first;
  }

  grow(zone: ModelZone, blocks: number): number {
    const room = Math.floor((zone.limit - this.managed(zone)) / this.block);
    const wanted = Math.max(0, Math.min(blocks, room));
    for (let added = 0; added < wanted; added += 1) {
      const block = this.#choose(zone, wanted - added);
      if (block === undefined) return added;
      this.pool.delete(block);
      this.#zoneOfBlock.set(block, zone);
      zone.blocks.push(block);
      for (let pfn = block; pfn < block + this.block; pfn += 1) {
        if (this.backed.has(pfn)) zone.freeBacked += 1;
      }
    }
    return wanted;
  }

  create(index: number, limit: number, policy: LimitPolicy, blocks: number): ModelZone {
    const zone = { index, limit, policy, blocks: [], dying: false, used: 0, freeBacked: 0 };
    this.zones.add(zone);
    this.grow(zone, blocks);
    return zone;
  }

  #removeBlock(zone: ModelZone, block: number): void {
    zone.blocks.splice(zone.blocks.indexOf(block), 1);
    this.#zoneOfBlock.delete(block);
    this.pool.add(block);
    for (let pfn = block; pfn < block + this.block; pfn += 1) {
      if (this.backed.has(pfn)) zone.freeBacked -= 1;
    }
    if (zone.dying && zone.blocks.length === 0) this.zones.delete(zone);
  }

  /** Blocks that leave: the highest wholly free ones. */
  shrink(zone: ModelZone, blocks: number): number {
    const free = zone.blocks.filter((block) => this.isBlockFree(block));
    const leaving = free.toSorted((a, b) => b - a).slice(0, blocks);
    for (const block of leaving) this.#removeBlock(zone, block);
    return leaving.length;
  }

  /** Where the next page of the zone has to come from; grows the zone as the core does. */
  source(zone: ModelZone): Source {
    if (this.free(zone) > 0) return 'zone';
    if (this.managed(zone) + this.block > zone.limit) {
      if (zone.policy === 'borrow') return 'borrow';
      if (zone.policy === 'oom') return 'limit';
      zone.limit = this.managed(zone) + this.block;
    }
    return this.grow(zone, 1) === 1 ? 'zone' : 'memory';
  }

  map(object: ModelObject, index: number, pfn: number, isProtected: boolean): void {
    object.pages.set(index, { pfn, protected: isProtected });
    const who = this.mappers.get(pfn) ?? new Set();
    this.mappers.set(pfn, who.add(`${object.id}:${index}`));
  }

  /** A page is given the frame that the core chose, and written. */
  adopt(object: ModelObject, index: number, pfn: number, source: Source): void {
    const zone = this.zoneOf(pfn);
    expectThat(!this.mappers.has(pfn), `frame ${pfn} was in use`);
    if (object.zone === undefined || source === 'borrow') {
      expectThat(!this.inRegion(pfn), `frame ${pfn} should lie outside the region`);
      if (source === 'borrow') object.entangled = true;
    } else {
      expectThat(zone === object.zone, `frame ${pfn} is not of zone ${object.zone.index}`);
      expectThat(!this.out.has(pfn), `frame ${pfn} is out for reclaim`);
      const isBacked = this.backed.has(pfn);
      expectThat(
        isBacked || object.zone.freeBacked === 0,
        `a backed frame was to be had for ${pfn}`,
      );
      object.zone.used += 1;
      if (isBacked) object.zone.freeBacked -= 1;
      this.backed.add(pfn);
    }
    this.map(object, index, pfn, false);
  }

  /** Frees a frame that nobody maps any more. A dying zone's block goes with its last. */
  #freeFrame(pfn: number): void {
    const zone = this.zoneOf(pfn);
    if (zone === undefined) return;
    zone.used -= 1;
    if (this.backed.has(pfn)) zone.freeBacked += 1;
    this.#settle(zone, pfn);
  }

  #settle(zone: ModelZone, pfn: number): void {
    const block = this.blockOf(pfn);
    if (zone.dying && zone.blocks.includes(block) && this.isBlockFree(block)) {
      this.#removeBlock(zone, block);
    }
  }

  unmap(object: ModelObject, index: number): void {
    const mapping = object.pages.get(index);
    if (mapping === undefined) return;
    object.pages.delete(index);
    const who = this.mappers.get(mapping.pfn) ?? new Set();
    who.delete(`${object.id}:${index}`);
    if (who.size > 0) return;
    this.mappers.delete(mapping.pfn);
    this.#freeFrame(mapping.pfn);
  }

  /** Whether a write to a protected page must copy: others map it, or it lies in another owner's zone. */
  mustCopy(object: ModelObject, mapping: Mapping): boolean {
    const zone = this.zoneOf(mapping.pfn);
    const shared = (this.mappers.get(mapping.pfn)?.size ?? 0) > 1;
    return shared || (this.inRegion(mapping.pfn) && zone !== object.zone);
  }

  fork(parent: ModelObject, id: number, zone: ModelZone | undefined): ModelObject {
    const child = { id, zone, pages: new Map(), entangled: true };
    this.objects.set(id, child);
    parent.entangled = true;
    for (const [index, mapping] of parent.pages) {
      mapping.protected = true;
      this.map(child, index, mapping.pfn, true);
    }
    return child;
  }

  destroy(object: ModelObject): void {
    for (const index of object.pages.keys()) this.unmap(object, index);
    this.objects.delete(object.id);
  }

  /** The owner is gone: its objects go, then every block without a frame in use elsewhere. */
  exit(zone: ModelZone): void {
    for (const object of this.objects.values()) {
      if (object.zone === zone) this.destroy(object);
    }
    zone.dying = true;
    const free = zone.blocks.filter((block) => this.isBlockFree(block));
    for (const block of free) this.#removeBlock(zone, block);
    if (zone.blocks.length === 0) this.zones.delete(zone);
  }

  /** Frames go out for reclaim. */
  takeOut(start: number, frames: number): void {
    for (let pfn = start; pfn < start + frames; pfn += 1) {
      const zone = this.zoneOf(pfn);
      expectThat(zone !== undefined && this.isFree(pfn), `frame ${pfn} was not free`);
      expectThat(this.backed.has(pfn), `frame ${pfn} was not backed`);
      this.out.add(pfn);
      if (zone === undefined) continue;
      zone.used += 1;
      zone.freeBacked -= 1;
    }
  }

  /** They come back; the host may have released them in between. */
  putBack(start: number, frames: number): void {
    const zones = new Set<ModelZone>();
    for (let pfn = start; pfn < start + frames; pfn += 1) {
      const zone = this.zoneOf(pfn) as ModelZone;
      this.out.delete(pfn);
      zone.used -= 1;
      if (this.backed.has(pfn)) zone.freeBacked += 1;
      zones.add(zone);
    }
    for (const zone of zones) {
      for (let pfn = start; pfn < start + frames; pfn += 1) this.#settle(zone, pfn);
    }
  }

  /** The host takes frames that are in no zone or out for reclaim. */
  release(start: number, frames: number): void {
    for (let pfn = start; pfn < start + frames; pfn += 1) {
      const zone = this.zoneOf(pfn);
      if (this.backed.delete(pfn) && zone !== undefined && this.isFree(pfn)) zone.freeBacked -= 1;
    }
  }

  /** Entries of other owners' objects that name frames of the zone. */
  sharedOut(zone: ModelZone): number {
    let entries = 0;
    for (const object of this.objects.values()) {
      if (object.zone === zone) continue;
      for (const { pfn } of object.pages.values()) if (this.zoneOf(pfn) === zone) entries += 1;
    }
    return entries;
  }

  /** Entries of the zone's objects that name frames elsewhere. */
  outside(zone: ModelZone): number {
    let entries = 0;
    for (const object of this.objects.values()) {
      if (object.zone !== zone) continue;
      for (const { pfn } of object.pages.values()) if (this.zoneOf(pfn) !== zone) entries += 1;
    }
    return entries;
  }
}
