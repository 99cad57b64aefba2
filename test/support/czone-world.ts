// A guest with CZones and its slow model side by side: each step does the same to both and compares what comes out.

import {
  GUEST_BACKED_OFFSET,
  GUEST_SCRATCH_OFFSET,
  ZONE_BACKED_FREE_OFFSET,
  ZONE_BLOCKS_OFFSET,
  ZONE_LIMIT_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_SHARED_OUT_OFFSET,
} from '../../src/abi/layout.ts';
import { CZONE_LIMIT_BORROW, CZONE_LIMIT_GROW, ZONE_OUTSIDE_OFFSET } from '../../src/abi/czone.ts';
import {
  CZONE_LIMIT_OOM,
  type Core,
  GFP_HIGHUSER_MOVABLE,
  NONE,
  OBJECT_ANON,
  STATUS_NO_MEMORY,
  STATUS_ZONE_LIMIT,
  faultText,
  verify,
} from '../../src/core/index.ts';
import { CzoneModel, type LimitPolicy, type ModelObject, type ModelZone } from '../model/czone.ts';
import { expectThat } from '../model/czone.ts';
import { bootGuest, zoneField } from './core.ts';
import { bytesOf, headerWord, rawOf, wordsOf } from '../../src/core/raw.ts';

const POLICY_CODE: Readonly<Record<LimitPolicy, number>> = {
  oom: CZONE_LIMIT_OOM,
  grow: CZONE_LIMIT_GROW,
  borrow: CZONE_LIMIT_BORROW,
};

export interface Range {
  readonly start: number;
  readonly frames: number;
}

export interface WorldSize {
  readonly blockFrames: number;
  readonly blocks: number;
}

const REGION_START = 0x8000;

export class CzoneWorld {
  readonly core: Core;
  readonly model: CzoneModel;
  /** Ranges that the host is looking at. */
  readonly out: Range[] = [];

  constructor({ blockFrames, blocks }: WorldSize) {
    const frames = blockFrames * blocks;
    this.core = bootGuest({
      frames: 0x6000,
      spanFrames: REGION_START + frames,
      config: { czones: 8, objects: 40 },
      image: { start: 0x2000, count: 256 },
    });
    const raw = rawOf(this.core);
    raw.czoneRegion(REGION_START, frames, blockFrames);
    raw.czonePlug(REGION_START, frames);
    this.core.setPreferBacked(true);
    this.model = new CzoneModel(REGION_START, frames, blockFrames);
  }

  get zones(): ModelZone[] {
    return [...this.model.zones].filter((zone) => !zone.dying);
  }

  get objects(): ModelObject[] {
    return [...this.model.objects.values()];
  }

  #same(found: number, expected: number, what: string): void {
    expectThat(found === expected, `${what}: expected ${expected}, the core says ${found}`);
  }

  /** Ranges that the last call left in the scratch area. */
  ranges(count: number): Range[] {
    const first = headerWord(this.core, GUEST_SCRATCH_OFFSET) >> 2;
    const words = wordsOf(this.core).slice(first, first + 2 * count);
    return Array.from({ length: count }, (_, at) => ({
      start: words[2 * at] as number,
      frames: words[2 * at + 1] as number,
    }));
  }

  create(limit: number, policy: LimitPolicy, blocks: number): void {
    const index = rawOf(this.core).czoneCreate(7, limit, blocks);
    if (index < 0) return;
    rawOf(this.core).czoneSetLimits(index, POLICY_CODE[policy], 1);
    this.model.create(index, limit, policy, blocks);
  }

  grow(zone: ModelZone, blocks: number): void {
    const added = rawOf(this.core).czoneGrow(zone.index, blocks);
    this.#same(added, this.model.grow(zone, blocks), 'blocks added');
  }

  shrink(zone: ModelZone, blocks: number): void {
    const given = rawOf(this.core).czoneShrink(zone.index, blocks);
    this.#same(given, this.model.shrink(zone, blocks), 'blocks given back');
  }

  spawn(zone: ModelZone | undefined): void {
    const place = zone?.index ?? NONE;
    const id = rawOf(this.core).objectCreate(OBJECT_ANON, place, GFP_HIGHUSER_MOVABLE, 0);
    if (id >= 0) this.model.objects.set(id, { id, zone, pages: new Map(), entangled: false });
  }

  fork(parent: ModelObject, zone: ModelZone | undefined): void {
    const id = rawOf(this.core).objectFork(parent.id, zone?.index ?? NONE, 0, 0);
    if (id >= 0) this.model.fork(parent, id, zone);
  }

  /** Touches pages; the model follows page by page and knows where it has to stop. */
  touch(object: ModelObject, start: number, pages: number, write: boolean): void {
    const answer = rawOf(this.core).objectTouch(object.id, start, pages, write ? 1 : 0, 0);
    let faults = 0;
    for (let index = start; index < start + pages; index += 1) {
      const mapping = object.pages.get(index);
      if (mapping !== undefined && (!write || !mapping.protected)) continue;
      if (mapping !== undefined && !this.model.mustCopy(object, mapping)) {
        mapping.protected = false;
        if (this.model.inRegion(mapping.pfn)) this.model.backed.add(mapping.pfn);
        continue;
      }
      const source = object.zone === undefined ? 'borrow' : this.model.source(object.zone);
      if (source === 'limit' || source === 'memory') {
        const status = source === 'limit' ? STATUS_ZONE_LIMIT : STATUS_NO_MEMORY;
        this.#same(answer, status, `touch of page ${index}`);
        return;
      }
      if (mapping !== undefined) this.model.unmap(object, index);
      else faults += 1;
      const pfn = rawOf(this.core).objectFrame(object.id, index);
      expectThat(pfn >= 0, `page ${index} of object ${object.id} is missing`);
      const entangled = object.entangled;
      this.model.adopt(object, index, pfn, source);
      if (object.zone === undefined) object.entangled = entangled;
    }
    this.#same(answer, faults, 'pages that came in');
  }

  truncate(object: ModelObject, start: number, pages: number): void {
    rawOf(this.core).objectTruncate(object.id, start, pages, 0);
    for (let index = start; index < start + pages; index += 1) this.model.unmap(object, index);
  }

  destroy(object: ModelObject): void {
    rawOf(this.core).objectDestroy(object.id, 0);
    this.model.destroy(object);
  }

  exit(zone: ModelZone): void {
    const pooled = this.model.pool.size;
    const given = rawOf(this.core).czoneExit(zone.index, 0);
    this.model.exit(zone);
    // Blocks of other, dying zones may have gone with the pages that this one mapped: those are not its own.
    expectThat(given <= this.model.pool.size - pooled, `exit gave ${given} blocks`);
  }

  /** Pages move down inside the zone and nowhere else; who maps them stays. */
  compact(zone: ModelZone, pages: number): void {
    const { core, model } = this;
    const moved = rawOf(core).czoneCompact(zone.index, pages, 0);
    const places = new Map<number, number>();
    for (const object of this.objects) {
      for (const [index, mapping] of object.pages) {
        const now = rawOf(core).objectFrame(object.id, index);
        if (now !== mapping.pfn) places.set(mapping.pfn, now);
      }
    }
    this.#same(places.size, moved, 'pages moved');
    for (const [from, to] of places) {
      expectThat(model.zoneOf(from) === zone && model.zoneOf(to) === zone, 'a page left its zone');
      expectThat(to < from, `a page moved up from ${from} to ${to}`);
    }
    this.#follow(zone, places);
    if (pages < 1e6 || moved >= pages) return;
    const pinned = zone.blocks.some((block) => this.#hasOut(block));
    const free = zone.blocks.filter((block) => model.isBlockFree(block)).length;
    const most = Math.floor(model.free(zone) / model.block);
    expectThat(pinned || free === most, `compaction left ${free} of ${most} blocks free`);
  }

  #hasOut(block: number): boolean {
    for (const pfn of this.model.out) if (this.model.blockOf(pfn) === block) return true;
    return false;
  }

  /** The model's pages go where the core's went: both places are free and backed afterwards, or mapped and backed. */
  #follow(zone: ModelZone, places: ReadonlyMap<number, number>): void {
    const { model } = this;
    for (const [from, to] of places) {
      expectThat(!model.mappers.has(to) || places.has(to), `a page moved onto ${to} in use`);
      if (!model.backed.has(to) && !model.mappers.has(to)) zone.freeBacked += 1;
      model.backed.add(to);
      model.backed.add(from);
    }
    const moved = [...places].map(([from, to]) => [to, model.mappers.get(from)] as const);
    for (const from of places.keys()) model.mappers.delete(from);
    for (const [to, who] of moved) model.mappers.set(to, who ?? new Set());
    for (const object of model.objects.values()) {
      for (const mapping of object.pages.values()) {
        mapping.pfn = places.get(mapping.pfn) ?? mapping.pfn;
      }
    }
  }

  reclaim(zone: ModelZone, ranges: number, frames: number, order: number): void {
    const got = rawOf(this.core).czoneReclaim(zone.index, ranges, frames, order);
    const taken = this.ranges(got);
    let sum = 0;
    for (const range of taken) {
      expectThat(this.model.zoneOf(range.start) === zone, 'a range of another zone');
      expectThat(range.frames % 2 ** order === 0, 'a range with a piece that is too small');
      this.model.takeOut(range.start, range.frames);
      sum += range.frames;
    }
    expectThat(got <= ranges && sum <= frames, 'more than was asked for');
    const complete = got === ranges || sum > frames - 2 ** order || order > 0;
    expectThat(complete || zone.freeBacked === 0, `reclaim left ${zone.freeBacked} frames`);
    this.out.push(...taken);
  }

  /** The host is done with a range: released, or the guest cancelled first. */
  putBack(range: Range, cancelled: boolean): void {
    const { start, frames } = range;
    if (!cancelled) {
      rawOf(this.core).releaseRange(start, frames);
      this.model.release(start, frames);
    }
    this.#same(rawOf(this.core).czoneReturn(start, frames, cancelled ? 1 : 0), frames, 'put back');
    this.out.splice(this.out.indexOf(range), 1);
    this.model.putBack(start, frames);
  }

  /** The host takes what free blocks of the pool are backed, and plugs them again. */
  collect(ranges: number): void {
    const { core, model } = this;
    const warm = [...model.pool].filter((block) => {
      for (let pfn = block; pfn < block + model.block; pfn += 1) {
        if (model.backed.has(pfn)) return true;
      }
      return false;
    });
    const taken = this.ranges(rawOf(core).czoneCollect(ranges));
    let blocks = 0;
    for (const { start, frames } of taken) {
      for (let pfn = start; pfn < start + frames; pfn += model.block) {
        expectThat(warm.includes(pfn), `block ${pfn} is not a warm one of the pool`);
        blocks += 1;
      }
      rawOf(core).releaseRange(start, frames);
      model.release(start, frames);
      this.#same(rawOf(core).czonePlug(start, frames), frames / model.block, 'plugged again');
    }
    expectThat(taken.length === ranges || blocks === warm.length, 'warm blocks were left');
  }

  /** Everything the model predicts, and every invariant of the core. */
  check(): void {
    const fault = verify(this.core);
    if (fault !== undefined) throw new Error(faultText(fault));
    this.#checkZones();
    this.#checkBacking();
  }

  #checkZones(): void {
    const { core, model } = this;
    for (const zone of model.zones) {
      const field = (offset: number): number => zoneField(core, zone.index, offset);
      this.#same(field(ZONE_MANAGED_OFFSET), model.managed(zone), 'frames held');
      this.#same(field(ZONE_BLOCKS_OFFSET), zone.blocks.length, 'blocks');
      this.#same(field(ZONE_BACKED_FREE_OFFSET), zone.freeBacked, 'free backed frames');
      this.#same(field(ZONE_SHARED_OUT_OFFSET), model.sharedOut(zone), 'entries of others');
      if (zone.dying) continue;
      this.#same(field(ZONE_OUTSIDE_OFFSET), model.outside(zone), 'entries elsewhere');
      this.#same(field(ZONE_LIMIT_OFFSET), zone.limit, 'limit');
      const chain = core.czones.blocksOf(zone.index);
      for (const [at, block] of zone.blocks.entries()) {
        this.#same(chain[at] ?? -1, block, 'block of the chain');
      }
    }
    for (const object of model.objects.values()) {
      this.#same(rawOf(core).objectPages(object.id), object.pages.size, 'pages of an object');
      for (const [index, { pfn }] of object.pages) {
        this.#same(rawOf(core).objectFrame(object.id, index), pfn, `frame of page ${index}`);
      }
    }
  }

  #checkBacking(): void {
    const { core, model } = this;
    const map = headerWord(core, GUEST_BACKED_OFFSET);
    for (let pfn = model.start; pfn < model.end; pfn += 1) {
      const bit = ((bytesOf(core)[map + (pfn >> 3)] as number) >> (pfn & 7)) & 1;
      this.#same(bit, model.backed.has(pfn) ? 1 : 0, `backing of ${pfn}`);
    }
  }
}
