/** A host and a guest for czone-virtio that keep books of every frame, and both halves wired together. */

import { expect } from 'vitest';

import { Clock } from '../../src/time/index.ts';
import {
  connect,
  CZONE_PROFILES,
  CZoneDevice,
  CZoneDriver,
  VirtioDevice,
  type CollectLimits,
  type CZoneDeviceOptions,
  type CZoneDriverOptions,
  type CZoneGuest,
  type CZoneHost,
  type CZoneProfile,
  type CZoneZoneStats,
} from '../../src/virtio/index.ts';
import { BumpMemory, FlatGuestMemory } from './virtio.ts';

export const MIB: number = 1024 * 1024;
export const BLOCK_BYTES: number = 2 * MIB;
export const BLOCK_FRAMES = 512;
/** The region begins at 1 GiB. */
export const START_PFN = 0x40000;
export const REGION_BLOCKS = 32;

export function blockPfn(block: number): number {
  return START_PFN + block * BLOCK_FRAMES;
}

/** Frames by number, counted from the region's start: plugged or not, backed or not. */
export class TestCZoneHost implements CZoneHost {
  readonly plugged: Uint8Array;
  readonly backed: Uint8Array;
  readonly released: [number, number][] = [];
  readonly unplugged: [number, number][] = [];
  refusesPlug = false;
  refusesUnplug = false;
  /** Releases that succeed before one is refused. */
  releasesLeft: number = Infinity;
  onRelease: (() => void) | undefined;

  constructor(blocks: number = REGION_BLOCKS) {
    this.plugged = new Uint8Array(blocks * BLOCK_FRAMES);
    this.backed = new Uint8Array(blocks * BLOCK_FRAMES);
  }

  plug(pfn: number, frames: number): boolean {
    if (this.refusesPlug) return false;
    this.#fill(this.plugged, pfn, frames, 0, 1);
    return true;
  }

  unplug(pfn: number, frames: number): number {
    if (this.refusesUnplug) return -1;
    this.#fill(this.plugged, pfn, frames, 1, 0);
    this.unplugged.push([pfn, frames]);
    return this.#discard(pfn, frames);
  }

  release(pfn: number, frames: number): number {
    if (this.releasesLeft-- <= 0) return -1;
    const at = pfn - START_PFN;
    if (this.plugged.subarray(at, at + frames).includes(0)) throw new Error('not plugged');
    this.released.push([pfn, frames]);
    const pages = this.#discard(pfn, frames);
    this.onRelease?.();
    return pages;
  }

  touch(pfn: number, frames: number): void {
    const at = pfn - START_PFN;
    this.backed.fill(1, at, at + frames);
  }

  isBacked(pfn: number): boolean {
    return this.backed[pfn - START_PFN] === 1;
  }

  get backedPages(): number {
    return this.backed.reduce((sum, bit) => sum + bit, 0);
  }

  #fill(map: Uint8Array, pfn: number, frames: number, from: number, to: number): void {
    const at = pfn - START_PFN;
    if (at < 0 || at + frames > map.length) throw new Error(`outside: ${pfn}+${frames}`);
    if (map.subarray(at, at + frames).includes(1 - from)) throw new Error(`twice: ${pfn}`);
    map.fill(to, at, at + frames);
  }

  #discard(pfn: number, frames: number): number {
    const at = pfn - START_PFN;
    const pages = this.backed.subarray(at, at + frames).reduce((sum, bit) => sum + bit, 0);
    this.backed.fill(0, at, at + frames);
    return pages;
  }
}

const NO_STATS: Omit<CZoneZoneStats, 'zone' | 'isIdle'> = {
  pluggedBytes: 0,
  freeBytes: 0,
  backedFreeBytes: 0,
  limitHits: 0,
  grownBlocks: 0,
  reusedPages: 0,
  migratedPages: 0,
};

/** Zones as lists of blocks; each frame is free, used or isolated for a report. */
export class TestCZoneGuest implements CZoneGuest {
  readonly host: TestCZoneHost;
  readonly zones: Map<number, number[]> = new Map();
  readonly free: Set<number> = new Set();
  readonly isolated: Set<number> = new Set();
  readonly putBacks: { zone: number; ranges: number; released: number }[] = [];
  refusesBlocks = false;

  constructor(host: TestCZoneHost) {
    this.host = host;
  }

  addBlocks(zone: number, pfn: number, frames: number): boolean {
    if (this.refusesBlocks) return false;
    const blocks = this.zones.get(zone) ?? [];
    this.zones.set(zone, blocks);
    for (let at = pfn; at < pfn + frames; at += BLOCK_FRAMES) blocks.push(at);
    for (let at = pfn; at < pfn + frames; at++) this.free.add(at);
    return true;
  }

  /** A block is emptied by moving its used frames to free ones below it. */
  takeBlocks(zone: number, blocks: number, migrate: boolean): number[] {
    const taken: number[] = [];
    for (const block of this.blocksOf(zone).toSorted((a, b) => b - a)) {
      if (taken.length === blocks) break;
      const used = this.#frames(block).filter((pfn) => !this.free.has(pfn));
      const room = this.blocksOf(zone)
        .filter((other) => other < block)
        .flatMap((other) => this.#frames(other).filter((pfn) => this.free.has(pfn)));
      if (used.length > (migrate ? room.length : 0)) continue;
      for (let i = 0; i < used.length; i++) this.free.delete(room[i] as number);
      for (const pfn of this.#frames(block)) this.free.delete(pfn);
      this.#drop(zone, block);
      taken.push(block);
    }
    return taken;
  }

  zoneOf(pfn: number): number {
    for (const [zone, blocks] of this.zones) if (blocks.includes(pfn)) return zone;
    return -1;
  }

  takePooled(pfn: number, frames: number): boolean {
    const pool = this.blocksOf(0);
    for (let at = pfn; at < pfn + frames; at += BLOCK_FRAMES) if (!pool.includes(at)) return false;
    for (let at = pfn; at < pfn + frames; at += BLOCK_FRAMES) this.#drop(0, at);
    for (let at = pfn; at < pfn + frames; at++) this.free.delete(at);
    return true;
  }

  blocksOf(zone: number): number[] {
    return this.zones.get(zone) ?? [];
  }

  collect(zone: number, limits: CollectLimits, pairs: Uint32Array): number {
    const { maxRanges, maxFrames, granuleFrames } = limits;
    let ranges = 0;
    let frames = 0;
    for (const block of this.blocksOf(zone).toSorted((a, b) => a - b)) {
      for (let pfn = block; pfn < block + BLOCK_FRAMES; pfn += granuleFrames) {
        if (!this.#isWanted(pfn, granuleFrames)) continue;
        if (frames + granuleFrames > maxFrames) return ranges;
        const last = 2 * (ranges - 1);
        const joins = ranges > 0 && (pairs[last] ?? 0) + (pairs[last + 1] ?? 0) === pfn;
        if (!joins && ranges === maxRanges) return ranges;
        if (joins) pairs[last + 1] = (pairs[last + 1] ?? 0) + granuleFrames;
        else pairs.set([pfn, granuleFrames], 2 * ranges++);
        frames += granuleFrames;
        for (let i = pfn; i < pfn + granuleFrames; i++) {
          this.free.delete(i);
          this.isolated.add(i);
        }
      }
    }
    return ranges;
  }

  putBack(zone: number, pairs: Uint32Array, ranges: number, released: number): void {
    this.putBacks.push({ zone, ranges, released });
    for (let i = 0; i < ranges; i++) {
      const first = pairs[2 * i] as number;
      for (let pfn = first; pfn < first + (pairs[2 * i + 1] as number); pfn++) {
        if (!this.isolated.delete(pfn)) throw new Error(`not isolated: ${pfn}`);
        this.free.add(pfn);
      }
    }
  }

  zoneStats(zone: number): Omit<CZoneZoneStats, 'zone' | 'isIdle'> {
    const frames = this.blocksOf(zone).flatMap((block) => this.#frames(block));
    const free = frames.filter((pfn) => this.free.has(pfn));
    return {
      ...NO_STATS,
      pluggedBytes: frames.length * 4096,
      freeBytes: free.length * 4096,
      backedFreeBytes: free.filter((pfn) => this.host.isBacked(pfn)).length * 4096,
    };
  }

  /** Uses the lowest free frames of a zone, as the zone's owner would. Returns how many it got. */
  use(zone: number, frames: number): number {
    let got = 0;
    for (const block of this.blocksOf(zone).toSorted((a, b) => a - b)) {
      for (const pfn of this.#frames(block)) {
        if (got === frames || !this.free.delete(pfn)) continue;
        this.host.touch(pfn, 1);
        got++;
      }
    }
    return got;
  }

  /** Gives frames back to the zone's allocator; they stay backed. */
  unuse(pfn: number, frames: number): void {
    for (let at = pfn; at < pfn + frames; at++) this.free.add(at);
  }

  /** Every `step`-th frame of a zone is free and backed, the others are in use. */
  scatter(zone: number, step: number): void {
    this.use(zone, Infinity);
    for (const block of this.blocksOf(zone)) {
      for (let pfn = block; pfn < block + BLOCK_FRAMES; pfn += step) this.free.add(pfn);
    }
  }

  /** The zone's processes are gone: its blocks leave the guest's books. */
  end(zone: number): void {
    for (const block of this.blocksOf(zone)) {
      for (const pfn of this.#frames(block)) this.free.delete(pfn);
    }
    this.zones.delete(zone);
  }

  /** A zone takes a block of the pool without a word to the host. */
  takeFromPool(zone: number): void {
    const block = this.blocksOf(0)[0] as number;
    this.#drop(0, block);
    this.zones.set(zone, [...this.blocksOf(zone), block]);
  }

  copy(host: TestCZoneHost): TestCZoneGuest {
    const copy = new TestCZoneGuest(host);
    for (const [zone, blocks] of this.zones) copy.zones.set(zone, [...blocks]);
    for (const pfn of this.free) copy.free.add(pfn);
    for (const pfn of this.isolated) copy.isolated.add(pfn);
    return copy;
  }

  #isWanted(pfn: number, frames: number): boolean {
    for (let i = pfn; i < pfn + frames; i++) if (!this.free.has(i)) return false;
    for (let i = pfn; i < pfn + frames; i++) if (this.host.isBacked(i)) return true;
    return false;
  }

  #frames(block: number): number[] {
    return Array.from({ length: BLOCK_FRAMES }, (_, i) => block + i);
  }

  #drop(zone: number, block: number): void {
    this.zones.set(
      zone,
      this.blocksOf(zone).filter((other) => other !== block),
    );
  }
}

export interface CZonePairOptions {
  readonly profile?: Partial<CZoneProfile>;
  readonly device?: Partial<CZoneDeviceOptions>;
  readonly driver?: CZoneDriverOptions;
  readonly base?: CZoneProfile;
}

/** Device and driver over real rings, with a virtual clock. */
export class CZonePair {
  readonly memory: FlatGuestMemory;
  readonly clock: Clock = new Clock();
  readonly host: TestCZoneHost;
  readonly guest: TestCZoneGuest;
  readonly czone: CZoneDevice;
  readonly device: VirtioDevice;
  readonly driver: CZoneDriver;
  /** A copy takes memory above that of the machine it was copied from. */
  readonly #memoryStart: number;

  constructor(options: CZonePairOptions = {}, of?: CZonePair) {
    this.memory = new FlatGuestMemory(1 << 20);
    this.#memoryStart = of === undefined ? 0x1000 : of.#memoryStart + 0x40000;
    if (of !== undefined) this.memory.bytes.set(of.memory.bytes);
    this.host = new TestCZoneHost();
    this.guest = of === undefined ? new TestCZoneGuest(this.host) : of.guest.copy(this.host);
    if (of !== undefined) {
      this.host.plugged.set(of.host.plugged);
      this.host.backed.set(of.host.backed);
    }
    const profile = { ...(options.base ?? CZONE_PROFILES.adaptive), ...options.profile };
    this.czone = new CZoneDevice(profile, this.host, {
      addr: START_PFN * 4096,
      regionBytes: REGION_BLOCKS * BLOCK_BYTES,
      timers: this.clock,
      ...options.device,
    });
    this.device = new VirtioDevice(this.czone, this.memory, profile.policy);
    const { transport } = connect(this.device, new BumpMemory(this.memory, this.#memoryStart));
    this.driver = new CZoneDriver(transport, this.guest, options.driver);
    if (of !== undefined) return;
    const failure = this.driver.probe();
    if (failure !== undefined) throw new Error(failure);
  }

  /** A machine that continues from a snapshot of this one. */
  clone(options: CZonePairOptions = {}): CZonePair {
    const clone = new CZonePair(options, this);
    clone.device.load(this.device.save());
    clone.czone.load(this.czone.save());
    clone.driver.load(this.driver.save());
    return clone;
  }

  /** A zone with blocks, each fully used and backed. */
  fullZone(zone: number, blocks: number): void {
    this.driver.createZone(zone, 0);
    this.driver.plug(zone, blocks);
    this.guest.use(zone, Infinity);
  }
}

/** The first blocks' owners as the device knows them. */
export function owners(pair: CZonePair, count: number): number[] {
  return Array.from({ length: count }, (_, block) => pair.czone.blockOwner(block));
}

/** What the driver believes about owners is what the device knows. */
export function expectSameBooks(pair: CZonePair): void {
  const believed = Array.from({ length: REGION_BLOCKS }, (_, block) => pair.driver.ownerOf(block));
  expect(believed).toEqual(owners(pair, REGION_BLOCKS));
}
