// Memory that comes and goes: contiguous ranges emptied and given back, memory blocks on- and
// offlined. A call that moves pages logs those that the host holds by number (moves.ts).

import { GUEST_BUSY_PFN_OFFSET } from '../abi/layout.ts';
import { NONE } from '../abi/unit.ts';
import { expectObject, expectWords } from '../check/index.ts';
import type { FrameRange } from './frame-range.ts';
import type { Instance } from './instance.ts';
import type { Scratch } from './scratch.ts';

const ALLOC = 'hotplug.allocContig start count kind type tries';
const BY = 'hotplug.allocContig cpu';
const FREE = 'hotplug.freeContig start frames cpu';
const ONLINE = 'hotplug.online start frames zone';
const OFFLINE = 'hotplug.offline start frames cpu';

export class Hotplug {
  private readonly _instance: Instance;
  private readonly _scratch: Scratch;

  constructor(instance: Instance, scratch: Scratch) {
    this._instance = instance;
    this._scratch = scratch;
  }

  /**
   * Empties a range and takes it (alloc_contig_range): its frames are of `kind` then. `type` is
   * what its pageblocks become, `tries` how often migration is tried.
   */
  allocContig(range: FrameRange, kind: number, type: number, tries: number, cpu: number): number {
    const { start, count } = expectObject('range', range);
    expectWords(ALLOC, start, count, kind, type, tries);
    expectWords(BY, cpu);
    return this._instance.raw.contigAlloc(start, count, kind, type, tries, cpu);
  }

  /** Such a range goes to the allocator. */
  freeContig(start: number, frames: number, cpu: number): number {
    expectWords(FREE, start, frames, cpu);
    return this._instance.raw.contigFree(start, frames, cpu);
  }

  /** Memory comes online in a zone. `plugged`: the parts that exist, ascending; without it, all. */
  online(start: number, frames: number, zone: number, plugged?: readonly FrameRange[]): number {
    expectWords(ONLINE, start, frames, zone);
    if (plugged !== undefined) this._scratch.putRanges(plugged);
    return this._instance.raw.memoryOnline(start, frames, zone, plugged?.length ?? NONE);
  }

  /** Memory goes offline: what is in use moves. */
  offline(start: number, frames: number, cpu: number): number {
    expectWords(OFFLINE, start, frames, cpu);
    return this._instance.raw.memoryOffline(start, frames, cpu);
  }

  /** The frame that the last STATUS_BUSY was about; undefined: there was none. */
  get busyFrame(): number | undefined {
    const pfn = this._instance.headerWord(GUEST_BUSY_PFN_OFFSET);
    return pfn === NONE >>> 0 ? undefined : pfn;
  }
}
