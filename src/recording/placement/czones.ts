// The CZones of one placement: a region above the recorded memory, and a zone for each owner that
// got a page.

import {
  type Core,
  expectAnswer,
  GUEST_BLOCKS_OFFSET,
  GUEST_ZONES_OFFSET,
  MEMORY_BLOCK_FRAMES,
  PAGEBLOCK_FRAMES,
  PAGEBLOCK_ZONE_SHIFT,
  ZONE_BLOCKS_OFFSET,
  ZONE_STRIDE,
} from '../../core/index.ts';

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
  const table = core.headerWord(GUEST_BLOCKS_OFFSET) >>> 2;
  return (core.words[table + Math.floor(pfn / PAGEBLOCK_FRAMES)] ?? 0) >>> PAGEBLOCK_ZONE_SHIFT;
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
    expectAnswer(core.raw.czoneRegion(start, frames, blockFrames), 'czoneRegion');
    expectAnswer(core.raw.czonePlug(start, frames), 'czonePlug');
  }

  get count(): number {
    return this.#zones.size;
  }

  has(pfn: number): boolean {
    return pfn >= this.region.start;
  }

  /** A block in the owner's zone, which is made if need be. Below zero: no room. */
  allocate(owner: number, gfp: number, order: number, tag: number): number {
    const { raw } = this.#core;
    let use = this.#zones.get(owner);
    if (use === undefined) {
      use = { zone: expectAnswer(raw.czoneCreate(owner, ALL, 0), 'czoneCreate'), frames: 0 };
      this.#zones.set(owner, use);
    }
    const pfn = raw.czoneAllocPages(use.zone, gfp, order, tag);
    if (pfn < 0) return pfn;
    use.frames += 2 ** order;
    this.#meter();
    return pfn;
  }

  free(pfn: number, order: number, cpu: number): void {
    const zone = zoneOf(this.#core, pfn);
    expectAnswer(this.#core.raw.freePages(pfn, order, cpu), 'freePages');
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
    expectAnswer(this.#core.raw.czoneShrink(use.zone, ALL), 'czoneShrink');
    this.#meter();
  }

  #destroy(owner: number, use: CzoneUse): void {
    expectAnswer(this.#core.raw.czoneDestroy(use.zone), 'czoneDestroy');
    this.#zones.delete(owner);
    this.#meter();
  }

  /** Zones grow inside the core: their blocks are counted there. */
  #meter(): void {
    const core = this.#core;
    let blocks = 0;
    for (const { zone } of this.#zones.values()) {
      const at = core.headerWord(GUEST_ZONES_OFFSET) + zone * ZONE_STRIDE + ZONE_BLOCKS_OFFSET;
      blocks += core.words[at >>> 2] ?? 0;
    }
    this.frames = blocks * this.region.blockFrames;
    this.peakFrames = Math.max(this.peakFrames, this.frames);
  }
}
