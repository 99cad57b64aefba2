// CZones: the region they live in, zones by index, and ranges of theirs on the way to the host.

import { CZONE_RANGES_MAX, POOL_FREE_BLOCKS, POOL_PLUGGED_BLOCKS } from '../abi/czone.ts';
import { GUEST_LINKS_OFFSET } from '../abi/layout.ts';
import { PAGEBLOCK_ORDER } from '../abi/unit.ts';
import { expectInteger, expectWords } from '../check/index.ts';
import type { FrameRange } from './frame-range.ts';
import { expectAnswer } from './error.ts';
import type { CoreExports } from './exports.ts';
import type { Instance } from './instance.ts';
import { isOnLlfree } from './instantiate.ts';
import type { Scratch } from './scratch.ts';

const REGION = 'czones.region start frames blockFrames';
const PLUG = 'czones.plug start frames';
const UNPLUG = 'czones.unplug start frames';
const POOLED = 'czones.isPooled pfn';
const CREATE = 'czones.create owner limit blocks';
const EXIT = 'czones.exit index cpu';
const GROW = 'czones.grow index blocks';
const SHRINK = 'czones.shrink index blocks';
const COMPACT = 'czones.compact index pages cpu';
const POLICY = 'czones.setPolicy index policy growBlocks';
const REFER = 'czones.refer index';
const ALLOC = 'czones.allocPages index gfp order tag';
const RETURN = 'czones.putBack start frames';
const RECLAIM = 'czones.reclaim index maxRanges maxFrames order';
const COLLECT = 'czones.collect maxRanges';
const BLOCKS_OF = 'czones.blocksOf index';

/** Frames, each after the one before, until there is none. */
function allFrom(next: (pfn: number) => number): number[] {
  const found: number[] = [];
  for (let pfn = next(-1); pfn >= 0; pfn = next(pfn)) found.push(pfn);
  return found;
}

export class CZoneCalls {
  private readonly _instance: Instance;
  private readonly _scratch: Scratch;

  constructor(instance: Instance, scratch: Scratch) {
    this._instance = instance;
    this._scratch = scratch;
  }

  private get _raw(): CoreExports {
    return this._instance.raw;
  }

  /** A guest on LLFree has no pool: its core would look for one at address 0. */
  private get _pool(): CoreExports | undefined {
    return isOnLlfree(this._instance.config.build) ? undefined : this._raw;
  }

  /** Declares the region; once, before anything is plugged. */
  region(start: number, frames: number, blockFrames: number): number {
    expectWords(REGION, start, frames, blockFrames);
    return this._raw.czoneRegion(start, frames, blockFrames);
  }

  /** Blocks of the region are memory: the pool has them. */
  plug(start: number, frames: number): number {
    expectWords(PLUG, start, frames);
    return this._raw.czonePlug(start, frames);
  }

  unplug(start: number, frames: number): number {
    expectWords(UNPLUG, start, frames);
    return this._raw.czoneUnplug(start, frames);
  }

  /** Blocks that are memory, in zones or not. */
  get pluggedBlocks(): number {
    return this._pool?.czonePoolStat(POOL_PLUGGED_BLOCKS) ?? 0;
  }

  /** Those that are in no zone. */
  get pooledBlocks(): number {
    return this._pool?.czonePoolStat(POOL_FREE_BLOCKS) ?? 0;
  }

  /** First frames of the blocks in no zone, ascending. */
  pooled(): number[] {
    return allFrom((pfn) => this._pool?.czoneNextPooled(pfn + 1) ?? -1);
  }

  /** Whether a block is in no zone and memory. */
  isPooled(pfn: number): boolean {
    expectWords(POOLED, pfn);
    return this._pool?.czoneNextPooled(pfn) === pfn;
  }

  /** A zone with `blocks` of the pool's blocks and room for `limit` frames. Its index. */
  create(owner: number, limit: number, blocks: number): number {
    expectWords(CREATE, owner, limit, blocks);
    return this._raw.czoneCreate(owner, limit, blocks);
  }

  /** Ends a zone with all its objects. Blocks that are free now. */
  exit(index: number, cpu: number): number {
    expectWords(EXIT, index, cpu);
    return this._raw.czoneExit(index, cpu);
  }

  /** Adds blocks of the pool. How many came. */
  grow(index: number, blocks: number): number {
    expectWords(GROW, index, blocks);
    return this._raw.czoneGrow(index, blocks);
  }

  /** Gives wholly free blocks to the pool. How many. */
  shrink(index: number, blocks: number): number {
    expectWords(SHRINK, index, blocks);
    return this._raw.czoneShrink(index, blocks);
  }

  /** Moves up to so many pages inside the zone to free blocks of it. Pages moved. */
  compact(index: number, pages: number, cpu: number): number {
    expectWords(COMPACT, index, pages, cpu);
    return this._raw.czoneCompact(index, pages, cpu);
  }

  /** CZONE_LIMIT_* and how many blocks it grows by at a time. */
  setPolicy(index: number, policy: number, growBlocks: number): number {
    expectWords(POLICY, index, policy, growBlocks);
    return this._raw.czoneSetLimits(index, policy, growBlocks);
  }

  /** The zone that the last STATUS_ZONE_FULL was about. */
  fullZone(): number {
    return this._raw.czoneFullZone();
  }

  /** Processes come (+1) and go (-1). */
  refer(index: number, by: number): number {
    expectWords(REFER, index);
    expectInteger('by', by, -(2 ** 31), 2 ** 31 - 1);
    return this._raw.czoneRefer(index, by);
  }

  /** A page request in the zone, as Pages.alloc. */
  allocPages(index: number, gfp: number, order: number, tag: number): number {
    expectWords(ALLOC, index, gfp, order, tag);
    return this._raw.czoneAllocPages(index, gfp, order, tag);
  }

  /** First frames of a zone's blocks, in the order in which it got them. */
  blocksOf(index: number): number[] {
    expectWords(BLOCKS_OF, index);
    const { _instance: guest } = this;
    const links = guest.headerWord(GUEST_LINKS_OFFSET);
    return allFrom((pfn) =>
      pfn < 0
        ? guest.raw.czoneFirstBlock(index)
        : guest.word(links + 8 * (pfn >>> PAGEBLOCK_ORDER)) | 0,
    );
  }

  /** Takes ranges of whole blocks out of the pool. Throws CoreError for a status. */
  collect(maxRanges: number): FrameRange[] {
    expectWords(COLLECT, maxRanges);
    const got = this._pool?.czoneCollect(Math.min(maxRanges, CZONE_RANGES_MAX)) ?? 0;
    return this._scratch.ranges(expectAnswer(got, 'czoneCollect'));
  }

  /**
   * Takes free and backed frames of a zone off its lists, in pieces of at least 2^order frames.
   * Throws CoreError for a status.
   */
  reclaim(index: number, maxRanges: number, maxFrames: number, order: number): FrameRange[] {
    expectWords(RECLAIM, index, maxRanges, maxFrames, order);
    const ranges = Math.min(maxRanges, CZONE_RANGES_MAX);
    const got = this._raw.czoneReclaim(index, ranges, maxFrames, order);
    return this._scratch.ranges(expectAnswer(got, 'czoneReclaim'));
  }

  /** Such a range is free again; `released`: without host memory. */
  putBack(start: number, frames: number, released: boolean): number {
    expectWords(RETURN, start, frames);
    return this._raw.czoneReturn(start, frames, released ? 0 : 1);
  }
}
