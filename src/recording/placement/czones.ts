// The CZones of one placement: a region above the recorded memory, and a zone for each owner that
// got a page.

import { type Core, expectAnswer, MEMORY_BLOCK_FRAMES } from '../../core/index.ts';

/** As many blocks, or frames, as there are. */
const ALL = 0xffff_ffff;

/** Where the region for CZones lies and how it is cut. */
export interface PlacedRegion {
  readonly start: number;
  readonly frames: number;
  readonly blockFrames: number;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Room for every owner's pages even if none came back. */
export function regionOf(start: number, owners: Uint32Array, blockFrames: number): PlacedRegion {
  let frames = 0;
  for (const pages of owners) frames += roundUp(pages, blockFrames);
  return { start, frames: roundUp(frames, MEMORY_BLOCK_FRAMES), blockFrames };
}

/**
 * Zones by owner. All of the region is plugged: a zone gets a block when it needs one. Which blocks
 * are whose and what of them is in use is the core's.
 */
export class PlacedCZones {
  readonly region: PlacedRegion;
  readonly #core: Core;
  readonly #zones = new Map<number, number>();
  readonly #ended = new Set<number>();
  peakFrames = 0;

  constructor(core: Core, region: PlacedRegion) {
    this.#core = core;
    this.region = region;
    const { start, frames, blockFrames } = region;
    if (frames === 0) return;
    expectAnswer(core.czones.region(start, frames, blockFrames), 'czones.region');
    expectAnswer(core.czones.plug(start, frames), 'czones.plug');
  }

  get count(): number {
    return this.#zones.size;
  }

  /** Frames of the blocks in zones: what the host must give for them. */
  get frames(): number {
    const { blockFrames, frames } = this.region;
    return frames === 0 ? 0 : frames - this.#core.czones.pooledBlocks * blockFrames;
  }

  has(pfn: number): boolean {
    return pfn >= this.region.start;
  }

  /** A block in the owner's zone, which is made if need be. Below zero: no room. */
  allocate(owner: number, gfp: number, order: number, tag: number): number {
    const zone = this.#zones.get(owner) ?? this.#create(owner);
    const pfn = this.#core.czones.allocPages(zone, gfp, order, tag);
    if (pfn >= 0) this.peakFrames = Math.max(this.peakFrames, this.frames);
    return pfn;
  }

  free(pfn: number, order: number, cpu: number): void {
    const zone = this.#core.frames.zone(pfn);
    expectAnswer(this.#core.pages.free(pfn, order, cpu), 'pages.free');
    const { owner } = this.#core.zone(zone);
    if (this.#zones.get(owner) !== zone) return;
    if (this.#ended.has(owner) && this.#isUnused(zone)) this.#destroy(owner, zone);
  }

  /**
   * An owner exited: its zone ends now, or with its last page; until then it keeps only blocks in
   * use.
   */
  end(owner: number): void {
    this.#ended.add(owner);
    const zone = this.#zones.get(owner);
    if (zone === undefined) return;
    if (this.#isUnused(zone)) this.#destroy(owner, zone);
    else expectAnswer(this.#core.czones.shrink(zone, ALL), 'czones.shrink');
  }

  #create(owner: number): number {
    const zone = expectAnswer(this.#core.czones.create(owner, ALL, 0), 'czones.create');
    this.#zones.set(owner, zone);
    return zone;
  }

  #isUnused(zone: number): boolean {
    const { free, managed } = this.#core.zone(zone);
    return free === managed;
  }

  #destroy(owner: number, zone: number): void {
    expectAnswer(this.#core.czones.exit(zone, 0), 'czones.exit');
    this.#zones.delete(owner);
  }
}
