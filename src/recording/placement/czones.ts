// The CZones of one placement: a region above the recorded memory, and a zone for each owner that
// got a page.

import { type Core, expectAnswer, MEMORY_BLOCK_FRAMES } from '../../core/index.ts';

/** As many blocks, or frames, as there are. */
const ALL = 0xffff_ffff;

/** Where the region for CZones lies and how it is cut. */
export interface CZoneRegion {
  readonly start: number;
  readonly frames: number;
  readonly blockFrames: number;
}

interface CZoneUse {
  readonly owner: number;
  readonly zone: number;
  /** In use. */
  frames: number;
  /** As many as the core had given it when it was last looked at. */
  blocks: number;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Room for every owner's pages even if none came back. */
export function regionOf(start: number, owners: Uint32Array, blockFrames: number): CZoneRegion {
  let frames = 0;
  for (const pages of owners) frames += roundUp(pages, blockFrames);
  return { start, frames: roundUp(frames, MEMORY_BLOCK_FRAMES), blockFrames };
}

/** Zones by owner. All of the region is plugged: a zone gets a block when it needs one. */
export class PlacedCZones {
  readonly region: CZoneRegion;
  readonly #core: Core;
  readonly #byOwner = new Map<number, CZoneUse>();
  readonly #byZone = new Map<number, CZoneUse>();
  readonly #ended = new Set<number>();
  /** Frames of the blocks in zones: what the host must give for them. */
  frames = 0;
  peakFrames = 0;

  constructor(core: Core, region: CZoneRegion) {
    this.#core = core;
    this.region = region;
    const { start, frames, blockFrames } = region;
    if (frames === 0) return;
    expectAnswer(core.czones.region(start, frames, blockFrames), 'czones.region');
    expectAnswer(core.czones.plug(start, frames), 'czones.plug');
  }

  get count(): number {
    return this.#byOwner.size;
  }

  has(pfn: number): boolean {
    return pfn >= this.region.start;
  }

  /** A block in the owner's zone, which is made if need be. Below zero: no room. */
  allocate(owner: number, gfp: number, order: number, tag: number): number {
    const use = this.#byOwner.get(owner) ?? this.#create(owner);
    const pfn = this.#core.czones.allocPages(use.zone, gfp, order, tag);
    if (pfn < 0) return pfn;
    use.frames += 2 ** order;
    this.#countBlocks(use, this.#core.zone(use.zone).blocks);
    return pfn;
  }

  free(pfn: number, order: number, cpu: number): void {
    const use = this.#byZone.get(this.#core.frames.zone(pfn));
    expectAnswer(this.#core.pages.free(pfn, order, cpu), 'pages.free');
    if (use === undefined) return;
    use.frames -= 2 ** order;
    if (use.frames === 0 && this.#ended.has(use.owner)) this.#destroy(use);
  }

  /**
   * An owner exited: its zone ends now, or with its last page; until then it keeps only blocks in
   * use.
   */
  end(owner: number): void {
    this.#ended.add(owner);
    const use = this.#byOwner.get(owner);
    if (use === undefined) return;
    if (use.frames === 0) {
      this.#destroy(use);
      return;
    }
    expectAnswer(this.#core.czones.shrink(use.zone, ALL), 'czones.shrink');
    this.#countBlocks(use, this.#core.zone(use.zone).blocks);
  }

  #create(owner: number): CZoneUse {
    const zone = expectAnswer(this.#core.czones.create(owner, ALL, 0), 'czones.create');
    const use = { owner, zone, frames: 0, blocks: 0 };
    this.#byOwner.set(owner, use);
    this.#byZone.set(zone, use);
    return use;
  }

  #destroy(use: CZoneUse): void {
    expectAnswer(this.#core.czones.destroy(use.zone), 'czones.destroy');
    this.#byOwner.delete(use.owner);
    this.#byZone.delete(use.zone);
    this.#countBlocks(use, 0);
  }

  /** Zones grow and shrink inside the core: only there are their blocks known. */
  #countBlocks(use: CZoneUse, blocks: number): void {
    this.frames += (blocks - use.blocks) * this.region.blockFrames;
    use.blocks = blocks;
    this.peakFrames = Math.max(this.peakFrames, this.frames);
  }
}
