// The guest kernel's management of CZones: a region above its memory, blocks of which become memory
// as zones ask for them. A zone belongs to one container; it starts small, grows by a policy when it
// is full, and ends with its container in one way. Which blocks are plugged and whose they are is
// the core's pool: no book is kept here.

import { bound } from '../graph/index.ts';
import {
  CZONE_DYING,
  CZONE_GROW_ASK,
  CZONE_LIMIT_OOM,
  GFP_KERNEL,
  NONE,
  OBJECT_KERNEL,
  STATUS_ZONE_FULL,
  expectAnswer,
} from '../core/index.ts';
import { HandleEnded, expectInteger, expectWords } from '../check/index.ts';
import { memmapFrames } from './footprint.ts';
import type { GuestMemory } from './memory.ts';
import { growByStep } from './policy/grow-step.ts';
import type { CZoneView, GrowthPolicy } from './policy/policy.ts';

/** Where blocks come from. */
export interface CZoneRegion {
  readonly start: number;
  readonly frames: number;
  readonly blockFrames: number;
  /** Whether it is memory at boot, whose struct pages are the boot's, kept from all other use; hot-plugged if not said. */
  readonly isBooted?: boolean | undefined;
}

/** Who gives blocks and takes memory back, with books of its own: czone-virtio's driver. */
export interface CZoneSupplier {
  /** A zone exists, without a block so far. */
  created(index: number, limitFrames: number): void;
  /** Plugs up to so many blocks for a zone. How many came. */
  plug(index: number, blocks: number): number;
  /** The zone's owner is about to end: nothing more is asked of it. */
  ending(index: number): void;
  /** The zone is dying. Blocks that nobody uses are in the pool already. */
  withered(index: number): void;
  /** The zone is gone, its blocks are in the pool, and nothing has been allocated since. */
  ended(index: number): void;
}

const EXIT = 'zone index cpu';

export class CZones {
  readonly region: CZoneRegion;
  /** Without one there are no blocks. */
  host: CZoneSupplier | undefined;
  /** How zones begin and grow; a block at a time until somebody knows better. */
  growth: GrowthPolicy = growByStep(1);
  private readonly _memory: GuestMemory;
  /** struct pages of plugged blocks: kernel memory that stays while the block is plugged. */
  private readonly _memmapObject: number;
  /** Of which function each zone is. */
  private readonly _keys: Map<number, string> = new Map();
  /** Dying zones whose end the host has not heard of. */
  private readonly _dying: Set<number> = new Set();

  /** Declares the region. Its memmap costs nothing until blocks are plugged. */
  constructor(memory: GuestMemory, region: CZoneRegion) {
    this.region = region;
    this._memory = memory;
    const { czones, objects } = memory.core;
    memory.addReliever(STATUS_ZONE_FULL, bound(this, this._growFull));
    expectAnswer(czones.region(region.start, region.frames, region.blockFrames), 'czones.region');
    this._memmapObject = expectAnswer(
      objects.create(OBJECT_KERNEL, NONE, GFP_KERNEL),
      'objects.create',
    );
  }

  private _growFull(): boolean {
    return this.grow(this._memory.core.czones.fullZone()) > 0;
  }

  /** Kernel pages that describe the plugged blocks. */
  get memmapPages(): number {
    return this._memmapFor(this._memory.core.czones.pluggedBlocks);
  }

  /**
   * A zone of at most `limitFrames` for a container of the function `key`, with as many blocks as
   * the policy gives those it knows nothing else of. Its index.
   */
  create(owner: number, limitFrames: number, key = ''): number {
    this.settle();
    const { czones } = this._memory.core;
    const index = expectAnswer(czones.create(owner, limitFrames, 0), 'czones.create');
    expectAnswer(czones.setPolicy(index, CZONE_LIMIT_OOM, CZONE_GROW_ASK), 'czones.setPolicy');
    this._keys.set(index, key);
    this.host?.created(index, limitFrames);
    const { growth } = this;
    const { limitBlocks } = this.view(index);
    const first = growth.firstBlocks(key, limitBlocks);
    this._add(index, Math.min(expectInteger(`${growth.name}: firstBlocks`, first, 0), limitBlocks));
    return index;
  }

  /** A zone as policies see it. */
  view(index: number): CZoneView {
    const { blockFrames } = this.region;
    const { blocks, limit, free, peakBlocks } = this._memory.core.zone(index);
    return {
      key: this._keys.get(index) ?? '',
      blocks,
      limitBlocks: Math.floor(limit / blockFrames),
      freeBlocks: Math.floor(free / blockFrames),
      peakBlocks,
    };
  }

  /** Blocks of the pool have been unplugged: their struct pages are free. */
  unplugged(): void {
    this._fitMemmap(0);
  }

  /** A zone is full: adds what the policy says, within the limit. Blocks added. */
  grow(index: number): number {
    const view = this.view(index);
    const { growth } = this;
    const next = expectInteger(`${growth.name}: nextBlocks`, growth.nextBlocks(view), 0);
    return this._add(index, Math.min(Math.max(1, next), view.limitBlocks - view.blocks));
  }

  /** First frames of a zone's blocks, in the order in which it got them. */
  blocksOf(index: number): number[] {
    return this._memory.core.czones.blocksOf(index);
  }

  /**
   * The one way in which a zone ends: with everything in it. Frames that others map, or that the
   * host is looking at, keep their blocks until they go, and the zone with them. Blocks that are in
   * the pool now.
   */
  exit(index: number, cpu: number): number {
    expectWords(EXIT, index, cpu);
    if (!this._keys.has(index)) throw new HandleEnded(`zone ${index}`, 'its container has exited');
    const { core } = this._memory;
    const { key, peakBlocks } = this.view(index);
    this.growth.observe(key, peakBlocks);
    this._keys.delete(index);
    this.host?.ending(index);
    const given = expectAnswer(core.czones.exit(index, cpu), 'czones.exit');
    if (core.zone(index).state === CZONE_DYING) {
      this._dying.add(index);
      this.host?.withered(index);
    } else {
      this.host?.ended(index);
    }
    return given;
  }

  /** Tells the host of dying zones whose last frame has gone since the last time. */
  settle(): void {
    if (this._dying.size === 0) return;
    for (const index of this._dying) {
      if (this._memory.core.zone(index).state === CZONE_DYING) continue;
      this._dying.delete(index);
      this.host?.ended(index);
    }
  }

  /** Blocks of the pool first, then from the host. Blocks added. */
  private _add(index: number, blocks: number): number {
    const { czones } = this._memory.core;
    const added = expectAnswer(czones.grow(index, blocks), 'czones.grow');
    if (added === blocks || this.host === undefined) return added;
    this._fitMemmap(blocks - added);
    const got = this.host.plug(index, blocks - added);
    if (added + got < blocks) this._fitMemmap(0);
    return added + got;
  }

  private _memmapFor(blocks: number): number {
    const { blockFrames, isBooted = false } = this.region;
    return isBooted ? 0 : memmapFrames(blocks * blockFrames);
  }

  /** struct pages for what is plugged and so many blocks more. */
  private _fitMemmap(more: number): void {
    const { frames, core } = this._memory;
    const object = this._memmapObject;
    const have = expectAnswer(core.objects.pages(object), 'objects.pages');
    const need = this._memmapFor(core.czones.pluggedBlocks + more);
    if (need >= have) {
      frames.guestOs += this._memory.touch(object, have, need - have, true, 0, have);
      return;
    }
    const freed = core.objects.truncate(object, need, have - need, 0);
    frames.guestOs -= expectAnswer(freed, 'objects.truncate');
  }
}
