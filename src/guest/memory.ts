// The guest kernel's view of its core: touching objects with the slow path behind it, and the
// account of what the backed frames are for. One of these per guest; processes, page cache and
// CZones share it.

import { expectFunction, expectInteger, expectNumber, expectObject } from '../check/index.ts';
import {
  type Core,
  type MoveListener,
  GFP_HIGHUSER_MOVABLE,
  STATUS_MOVES_FULL,
  STAT_TEMPLATE_COPIES,
  STAT_TEMPLATE_MOVES,
  expectAnswer,
  statusText,
} from '../core/index.ts';
import { GuestOutOfMemory } from './error.ts';
import { Kswapd } from './kswapd.ts';
import { slowPath } from './slow-path.ts';
import { type FrameUse, usedFrames } from './use.ts';

/** Pages that can be given up, as Linux's shrinkers: the page cache is one. */
export interface Shrinker {
  /** Pages that it holds. */
  readonly pages: number;
  /** Gives up to so many back to the allocator. Frames freed. */
  shrink(pages: number): number;
  /** Gives up what it holds of these frames, if it knows which those are. */
  dropIn?(start: number, frames: number): void;
}

/** Objects of one holder, with what they are for. */
export type ObjectOwner = () => Iterable<readonly [number, 'guestOs' | 'file']>;

/** Acts on a status that a CPU met so that the request can be made again; false: nothing came of it. */
export type Reliever = (cpu: number) => boolean;

/** Gives up what it can before a process is killed. Pages given. */
export type OomNotifier = () => number;

/**
 * What can be done about a shortage is known to its owners: they register, and are asked in the
 * order in which they came.
 */
export class GuestMemory {
  readonly core: Core;
  /** Private backed frames by use, as counted on the way; `used` is what holds. */
  readonly frames: FrameUse;
  /**
   * A clone's system files are the template's frames, never private: giving them up frees no host
   * memory.
   */
  readonly cloned: boolean;
  /** The template's frames are for everything that a guest has: what is private is not counted on the way. */
  private _isMixed: boolean;
  readonly kswapd: Kswapd = new Kswapd(this);
  /** Pages that requests freed by reclaim of their own (pgsteal_direct). */
  directlyFreedPages = 0;
  /** Pages of the template that migration has moved, as far as they are accounted. */
  private _movedSystemPages: number;
  /** A touch has failed half-way. */
  private _hasFailed = false;
  private readonly _owners: ObjectOwner[] = [];
  private readonly _shrinkers: Shrinker[] = [];
  private readonly _relievers: { readonly status: number; readonly relieve: Reliever }[] = [];
  private readonly _oomNotifiers: OomNotifier[] = [];
  private readonly _moveListeners: MoveListener[] = [];

  constructor(core: Core, cloned: boolean, isMixed = false) {
    this.core = core;
    this.cloned = cloned;
    this._isMixed = isMixed;
    this._movedSystemPages = core.stat(STAT_TEMPLATE_MOVES);
    this.frames = { guestOs: 0, file: 0, anonymous: 0, pageTables: 0 };
  }

  /** From now on the guest's pages of every kind are an image's. */
  mix(): void {
    this._isMixed = true;
  }

  addShrinker(shrinker: Shrinker): void {
    expectFunction('shrinker.shrink', expectObject('shrinker', shrinker).shrink);
    expectInteger('shrinker.pages', shrinker.pages, 0);
    this._shrinkers.push(shrinker);
  }

  /** For a status that shrinkers and notifiers are no answer to: no block, a zone that is full. */
  addReliever(status: number, relieve: Reliever): void {
    this._relievers.push({ status, relieve: expectFunction('relieve', relieve) });
  }

  /** For when reclaim found nothing. */
  addOomNotifier(notify: OomNotifier): void {
    this._oomNotifiers.push(expectFunction('notify', notify));
  }

  /** For holders of blocks by number: they hear of each block that migration moved. */
  addMoveListener(moved: MoveListener): void {
    this._moveListeners.push(expectFunction('moved', moved));
  }

  /**
   * Touches pages of an object that holds `pagesBefore`, reclaiming if need be. Returns pages that
   * came in. Throws GuestOutOfMemory when the guest has none left to give.
   */
  touch(
    object: number,
    start: number,
    pages: number,
    write: boolean,
    cpu: number,
    pagesBefore: number,
  ): number {
    if (pages === 0) return 0;
    const got = this.core.objects.touch(object, start, pages, write, cpu);
    if (got >= 0) return got;
    return this.finishTouch(got, object, start, pages, write, cpu) - pagesBefore;
  }

  /**
   * Goes on with a touch that met a status. Returns the pages that the object holds in the end.
   */
  finishTouch(
    first: number,
    object: number,
    start: number,
    pages: number,
    write: boolean,
    cpu: number,
  ): number {
    const { objects } = this.core;
    // What was touched is not touched again: a zone may be full many times on the way.
    let from = objects.stoppedAt;
    const attempt = (): number => {
      const got = objects.touch(object, from, start + pages - from, write, cpu);
      if (got < 0) from = objects.stoppedAt;
      return got;
    };
    const request = { gfp: GFP_HIGHUSER_MOVABLE, order: 0, cpu, attempt };
    const answer = slowPath(this, request, first);
    if (answer < 0) {
      // what came in before stays in the object: only some who hold one count it
      this._hasFailed = true;
      throw new GuestOutOfMemory(
        `guest out of memory: ${pages} pages of object ${object} do not fit (${statusText(answer)})`,
      );
    }
    return expectAnswer(objects.pages(object), 'objects.pages');
  }

  /** Asks those who registered for a status until one has done something about it. */
  askRelievers(status: number, cpu: number): boolean {
    return this._relievers.some((reliever) => reliever.status === status && reliever.relieve(cpu));
  }

  /** Direct reclaim of up to so many pages. Frames freed. */
  reclaimDirectly(pages: number): number {
    const freed = this.shrink(pages);
    this.directlyFreedPages += freed;
    return freed;
  }

  /** Pages that the shrinkers hold. */
  get cachedPages(): number {
    return this._shrinkers.reduce((sum, shrinker) => sum + shrinker.pages, 0);
  }

  /** Has the shrinkers give up to so many pages. Frames freed. */
  shrink(pages: number): number {
    expectNumber('pages', pages, 0, Infinity);
    let freed = 0;
    for (const shrinker of this._shrinkers) {
      if (freed < pages) freed += shrinker.shrink(pages - freed);
    }
    return freed;
  }

  /** Whether somebody knows which frames can be given up. */
  get canDropIn(): boolean {
    return this._shrinkers.some(({ dropIn }) => dropIn !== undefined);
  }

  /** A contiguous range is about to be emptied: what can be given up there need not move. */
  dropIn(start: number, frames: number): void {
    for (const shrinker of this._shrinkers) shrinker.dropIn?.(start, frames);
  }

  /** A zone is compacted from edge to edge, as an administrator can ask for (vm.compact_memory). */
  compactZone(zone: number, cpu: number): void {
    const { compaction } = this.core;
    while (compaction.whole(zone, cpu) === STATUS_MOVES_FULL && this.deliverMoves() > 0);
    this.deliverMoves();
  }

  /** Every notifier gets its turn, as in Linux's chain. Whether any gave pages. */
  notifyOom(): boolean {
    let freed = 0;
    for (const notify of this._oomNotifiers) freed += notify();
    return freed > 0;
  }

  /** Tells the listeners which blocks migration moved since the last time. How many. */
  deliverMoves(): number {
    this._accountMoves();
    if (this.core.moves.pending === 0) return 0;
    return this.core.moves.take((from, to) => {
      for (const moved of this._moveListeners) moved(from, to);
    });
  }

  /** What the system had as the template's is its own where migration has put it. */
  private _accountMoves(): void {
    const moved = this.core.stat(STAT_TEMPLATE_MOVES);
    this.frames.guestOs += moved - this._movedSystemPages;
    this._movedSystemPages = moved;
  }

  /** Touches frames by number and accounts what that makes private as the guest OS's. */
  touchSystemRange(start: number, frames: number, write: boolean): void {
    this.asSystem(() => {
      expectAnswer(this.core.backing.touch(start, frames, write), 'backing.touch');
    });
  }

  /**
   * Runs work on the booted system's own pages; template pages that it copies become the guest
   * OS's.
   */
  asSystem(work: () => void): void {
    expectFunction('work', work);
    const before = this.core.stat(STAT_TEMPLATE_COPIES);
    try {
      work();
    } finally {
      this.frames.guestOs += this.core.stat(STAT_TEMPLATE_COPIES) - before;
    }
  }

  /**
   * The page cache gives up pages of the booted system. A clone's are the template's unless
   * migration has moved them.
   */
  dropSystemPages(pages: number, privatePages: () => number): void {
    expectInteger('pages', pages, 0);
    expectFunction('privatePages', privatePages);
    if (!this.cloned) this.frames.guestOs -= pages;
    else if (this._movedSystemPages > 0) this.frames.guestOs -= privatePages();
  }

  /** For holders of objects that are not anonymous memory: they say which, and what for. */
  addOwner(owner: ObjectOwner): void {
    this._owners.push(expectFunction('owner', owner));
  }

  /**
   * Private backed frames by use: what was counted, or where that cannot be right any more, what is
   * found.
   */
  get used(): Readonly<FrameUse> {
    if (this._isCounted && this._countedIdle >= 0) return this.frames;
    const uses = new Map(this._owners.flatMap((owner) => [...owner()]));
    return usedFrames(this.core, uses, this.frames.pageTables);
  }

  /** Private backed frames that nothing uses. */
  get idleFrames(): number {
    const counted = this._countedIdle;
    if (this._isCounted && counted >= 0) return counted;
    const { guestOs, file, anonymous, pageTables } = this.used;
    return this.core.privateFrames - guestOs - file - anonymous - pageTables;
  }

  private get _isCounted(): boolean {
    return !this._isMixed && !this._hasFailed && !this.core.backing.tookUsed;
  }

  private get _countedIdle(): number {
    const { guestOs, file, anonymous, pageTables } = this.frames;
    return this.core.privateFrames - guestOs - file - anonymous - pageTables;
  }
}
