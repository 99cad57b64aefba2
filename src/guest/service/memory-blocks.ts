// Memory hotplug in the guest kernel (docs/linux-memory.md B.4): memory blocks of 128 MiB are added
// with their memmap, onlined to a zone by policy, taken offline with migration, removed. Who asks,
// ACPI or virtio-mem, is not this file's business.

import {
  GFP_MOVABLE,
  GFP_RETRY_MAYFAIL,
  GFP_USER,
  KERNEL_ZONES,
  KIND_OFFLINE,
  MEMORY_BLOCK_FRAMES,
  MIGRATE_MOVABLE,
  NONE,
  STATUS_BUSY,
  ZONE_DMA32,
  ZONE_DMA32_LIMIT,
  ZONE_MOVABLE,
  ZONE_NORMAL,
  expectAnswer,
} from '../../core/index.ts';
import type { FrameRange } from '../../core/index.ts';
import {
  RefusedArgument,
  expectInteger,
  expectName,
  expectNumber,
  expectObject,
} from '../../check/index.ts';
import { memmapFrames } from '../footprint.ts';
import { allocKernelBlock, freeKernelBlock, orderOfFrames } from './kernel-pages.ts';
import type { GuestMemory } from '../memory.ts';
import { slowPath } from '../slow-path.ts';
import { type Obstacle, busyPage, unmovableFrames } from './obstacle.ts';

/** memhp_default_state and memory_hotplug.online_policy. */
export type OnlinePolicy = 'offline' | 'online_kernel' | 'online_movable' | 'auto-movable';

export interface HotplugOptions {
  readonly policy: OnlinePolicy;
  /**
   * auto-movable: MOVABLE memory per kernel memory, in percent (memory_hotplug.auto_movable_ratio).
   */
  readonly autoMovablePercent?: number;
}

/** Linux's default of auto_movable_ratio. */
export const AUTO_MOVABLE_PERCENT = 301;

/**
 * auto-movable: whether a block more of MOVABLE memory keeps within the ratio. Frames are present
 * ones; boot memory and kernel memory of the device's own group count as kernel memory.
 */
export function mayBeMovable(
  percent: number,
  movableFrames: number,
  kernelFrames: number,
  blockFrames: number,
): boolean {
  return movableFrames + blockFrames <= (percent * kernelFrames) / 100;
}

/** Mask of requests for the places of pages that must leave (docs/linux-memory.md B.2). */
const GFP_MIGRATION: number = GFP_USER + GFP_MOVABLE + GFP_RETRY_MAYFAIL;

export type BlockState = 'absent' | 'offline' | 'online';

/** How an attempt to empty memory ended. */
export type EmptyResult = 'ok' | 'busy' | 'no-memory';

interface Block {
  state: BlockState;
  zone: number;
  /** Blocks of kernel memory that hold its struct pages: frame and order. */
  readonly memmap: readonly (readonly [number, number])[];
}

const POLICIES: readonly OnlinePolicy[] = [
  'offline',
  'online_kernel',
  'online_movable',
  'auto-movable',
];

export class MemoryBlocks {
  readonly blockFrames: number = MEMORY_BLOCK_FRAMES;
  private readonly _memory: GuestMemory;
  private readonly _options: HotplugOptions;
  private readonly _blocks: Map<number, Block> = new Map<number, Block>();
  private _obstacle: Obstacle | undefined;
  private _refusals = 0;

  constructor(memory: GuestMemory, options: HotplugOptions) {
    expectObject('hotplug', options);
    expectName('policy', options.policy, POLICIES);
    expectNumber('autoMovablePercent', options.autoMovablePercent ?? AUTO_MOVABLE_PERCENT, 0);
    this._memory = memory;
    this._options = options;
  }

  /** The page that kept the last range from being emptied. */
  get obstacle(): Obstacle | undefined {
    return this._obstacle;
  }

  /** Tries to empty memory that came to nothing. */
  get refusals(): number {
    return this._refusals;
  }

  get policy(): OnlinePolicy {
    return this._options.policy;
  }

  stateOf(startFrame: number): BlockState {
    return this._blocks.get(startFrame)?.state ?? 'absent';
  }

  isMovable(frame: number): boolean {
    expectInteger('frame', frame, 0);
    const start = frame - (frame % this.blockFrames);
    return this._blocks.get(start)?.zone === ZONE_MOVABLE;
  }

  /** Frames of struct pages that added blocks cost now. */
  get memmapFrames(): number {
    let sum = 0;
    for (const { memmap } of this._blocks.values()) {
      for (const [, order] of memmap) sum += 2 ** order;
    }
    return sum;
  }

  /**
   * Adds a block: its memmap is allocated, the block is offline. False: no memory for the memmap.
   */
  add(startFrame: number): boolean {
    const memmap = this._allocMemmap();
    if (memmap === undefined) return false;
    this._blocks.set(startFrame, { state: 'offline', zone: NONE, memmap });
    return true;
  }

  /** Zone that the policy puts a new block in; undefined: it stays offline. */
  zoneByPolicy(startFrame: number): number | undefined {
    const { policy } = this._options;
    if (policy === 'offline') return undefined;
    if (policy === 'online_movable') return ZONE_MOVABLE;
    if (policy === 'online_kernel') return this.kernelZone(startFrame);
    return this._mayBeMovable() ? ZONE_MOVABLE : this.kernelZone(startFrame);
  }

  /** The kernel zone whose span holds the block, else NORMAL; below 4 GiB DMA32. */
  kernelZone(startFrame: number): number {
    expectInteger('startFrame', startFrame, 0);
    for (let zone = 0; zone <= ZONE_NORMAL; zone += 1) {
      const { start, spanned } = this._memory.core.zone(zone);
      if (startFrame < start + spanned && startFrame + this.blockFrames > start) return zone;
    }
    return startFrame < ZONE_DMA32_LIMIT ? ZONE_DMA32 : ZONE_NORMAL;
  }

  /**
   * Brings a block online. `plugged`: the parts that are memory, ascending; without it, all of it.
   */
  online(startFrame: number, zone: number, plugged?: readonly FrameRange[]): void {
    const block = this._known(startFrame);
    const { hotplug } = this._memory.core;
    expectAnswer(hotplug.online(startFrame, this.blockFrames, zone, plugged), 'hotplug.online');
    block.state = 'online';
    block.zone = zone;
  }

  /** Parts of online blocks go to the allocator: virtio-mem has plugged them. */
  fakeOnline(startFrame: number, frames: number): void {
    const { hotplug } = this._memory.core;
    expectAnswer(hotplug.freeContig(startFrame, frames, 0), 'hotplug.freeContig');
  }

  /** One try to take a range of online memory out of use, by migration where that is needed. */
  fakeOffline(startFrame: number, frames: number): EmptyResult {
    const memory = this._memory;
    const { hotplug } = memory.core;
    const range = { start: startFrame, count: frames };
    if (memory.canDropIn && unmovableFrames(memory.core, startFrame, frames) === 0) {
      memory.dropIn(startFrame, frames);
    }
    return this._empty(() => hotplug.allocContig(range, KIND_OFFLINE, MIGRATE_MOVABLE, 1, 0));
  }

  /** Takes an online block offline: everything in it that is in use moves, or nothing is gained. */
  offline(startFrame: number): EmptyResult {
    const block = this._known(startFrame);
    const { hotplug } = this._memory.core;
    const result = this._empty(() => hotplug.offline(startFrame, this.blockFrames, 0));
    if (result === 'ok') {
      block.state = 'offline';
      block.zone = NONE;
    }
    return result;
  }

  /** Removes an offline block; its memmap is free. */
  remove(startFrame: number): void {
    const block = this._known(startFrame);
    for (const [pfn, order] of block.memmap) freeKernelBlock(this._memory, pfn, order);
    this._blocks.delete(startFrame);
  }

  /** Makes a call that empties memory, again after each relief it asks for. */
  private _empty(attempt: () => number): EmptyResult {
    const memory = this._memory;
    this._obstacle = undefined;
    const request = { gfp: GFP_MIGRATION, order: 0, cpu: 0, attempt };
    const answer = slowPath(memory, request, attempt());
    memory.deliverMoves();
    if (answer >= 0) return 'ok';
    this._refusals += 1;
    this._obstacle = busyPage(memory.core);
    return answer === STATUS_BUSY ? 'busy' : 'no-memory';
  }

  /**
   * 128 MiB of memory need 2 MiB of struct pages: one block of that size, or single pages where
   * there is none.
   */
  private _allocMemmap(): (readonly [number, number])[] | undefined {
    const memory = this._memory;
    const frames = memmapFrames(this.blockFrames);
    const order = orderOfFrames(frames);
    const whole = allocKernelBlock(memory, order);
    if (whole !== undefined) return [[whole, order]];
    const pages: (readonly [number, number])[] = [];
    while (pages.length < frames) {
      const pfn = allocKernelBlock(memory, 0);
      if (pfn === undefined) {
        for (const [page] of pages) freeKernelBlock(memory, page, 0);
        return undefined;
      }
      pages.push([pfn, 0]);
    }
    return pages;
  }

  private _mayBeMovable(): boolean {
    return mayBeMovable(
      this._options.autoMovablePercent ?? AUTO_MOVABLE_PERCENT,
      this._presentFrames(ZONE_MOVABLE, ZONE_MOVABLE),
      this._presentFrames(0, ZONE_NORMAL),
      this.blockFrames,
    );
  }

  private _presentFrames(first: number, last: number): number {
    let sum = 0;
    for (let zone = first; zone <= Math.min(last, KERNEL_ZONES - 1); zone += 1) {
      sum += this._memory.core.zone(zone).present;
    }
    return sum;
  }

  private _known(startFrame: number): Block {
    const block = this._blocks.get(startFrame);
    if (block === undefined) {
      throw new RefusedArgument('startFrame', 'the first frame of a memory block', startFrame);
    }
    return block;
  }
}
