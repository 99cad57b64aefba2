// The CZones of one placement: a region above the recorded memory, and a zone for each owner that
// got a page.

import { type Core, expectAnswer, MEMORY_BLOCK_FRAMES } from '../../core/index.ts';

/** As many blocks, or frames, as there are. */
const ALL = 0xffff_ffff;

/** Where the region for CZones lies and how it is cut. */
export interface CzoneRegion {
  readonly start: number;
  readonly frames: number;
  readonly blockFrames: number;
}

interface CzoneUse {
  readonly zone: number;
  /** In use. */
  frames: number;
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Room for every owner's pages even if none came back. */
export function regionOf(start: number, owners: Uint32Array, blockFrames: number): CzoneRegion {
  let frames = 0;
  for (const pages of owners) frames += roundUp(pages, blockFrames);
  return { start, frames: roundUp(frames, MEMORY_BLOCK_FRAMES), blockFrames };
}

/** Index of the zone that a frame belongs to. */
export function zoneOf(core: Core, pfn: number): number {
  return core.frames.zone(pfn);
}

/** Zones by owner. All of the region is plugged: a zone gets a block when it needs one. */
export class CzonePlaces {
  readonly region: CzoneRegion;
  readonly #core: Core;
  readonly #zones = new Map<number, CzoneUse>();
  readonly #ended = new Set<number>();
  /** Frames of the blocks in zones: what the host must give for them. */
  frames = 0;
  peakFrames = 0;

  constructor(core: Core, region: CzoneRegion) {
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

  has(pfn: number): boolean {
    return pfn >= this.region.start;
  }

  /** A block in the owner's zone, which is made if need be. Below zero: no room. */
  allocate(owner: number, gfp: number, order: number, tag: number): number {
    const { czones } = this.#core;
    let use = this.#zones.get(owner);
    if (use === undefined) {
      use = { zone: expectAnswer(czones.create(owner, ALL, 0), 'czones.create'), frames: 0 };
      this.#zones.set(owner, use);
    }
    const pfn = czones.allocPages(use.zone, gfp, order, tag);
    if (pfn < 0) return pfn;
    use.frames += 2 ** order;
    this.#meter();
    return pfn;
  }

  free(pfn: number, order: number, cpu: number): void {
    const zone = zoneOf(this.#core, pfn);
    expectAnswer(this.#core.pages.free(pfn, order, cpu), 'pages.free');
    for (const [owner, use] of this.#zones) {
      if (use.zone !== zone) continue;
      use.frames -= 2 ** order;
      if (use.frames === 0 && this.#ended.has(owner)) this.#destroy(owner, use);
      return;
    }
  }

  /**
   * An owner exited: its zone ends now, or with its last page; until then it keeps only blocks in
   * use.
   */
  end(owner: number): void {
    this.#ended.add(owner);
    const use = this.#zones.get(owner);
    if (use === undefined) return;
    if (use.frames === 0) {
      this.#destroy(owner, use);
      return;
    }
    expectAnswer(this.#core.czones.shrink(use.zone, ALL), 'czones.shrink');
    this.#meter();
  }

  #destroy(owner: number, use: CzoneUse): void {
    expectAnswer(this.#core.czones.destroy(use.zone), 'czones.destroy');
    this.#zones.delete(owner);
    this.#meter();
  }

  /** Zones grow inside the core: their blocks are counted there. */
  #meter(): void {
    let blocks = 0;
    for (const { zone } of this.#zones.values()) blocks += this.#core.zone(zone).blocks;
    this.frames = blocks * this.region.blockFrames;
    this.peakFrames = Math.max(this.peakFrames, this.frames);
  }
}
