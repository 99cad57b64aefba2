// The guest kernel's view of its core: touching objects with the slow path behind it, and the
// account of what the backed frames are for. One of these per guest; processes, page cache and
// CZones share it.

import {
  type Core,
  type MoveListener,
  STATUS_MOVES_FULL,
  STATUS_NEED_RECLAIM,
  STAT_TEMPLATE_COPIES,
  expectAnswer,
  statusText,
} from '../core/index.ts';
import { GuestOutOfMemory } from './error.ts';
import { makeRoom, type Shrinker } from './pressure.ts';

/**
 * Private host-backed frames by use. Whatever of the core's private frames is not here is backed
 * but free. Anonymous and file pages and page tables are written when they are allocated, so each
 * of theirs is backed.
 */
export interface FrameUse {
  guestOs: number;
  file: number;
  anonymous: number;
  pageTables: number;
}

/** Acts on a status so that the request can be made again; false: nothing came of it. */
export type Reliever = () => boolean;

/** Gives up what it can before a process is killed. Pages given. */
export type OomNotifier = () => number;

/**
 * What can be done about a shortage is known to its owners: they register, and are asked in the
 * order in which they came.
 */
export class GuestMemory {
  readonly core: Core;
  readonly frames: FrameUse;
  /**
   * A clone's system files are the template's frames, never private: giving them up frees no host
   * memory.
   */
  readonly cloned: boolean;
  readonly #shrinkers: Shrinker[] = [];
  readonly #relievers: { readonly status: number; readonly relieve: Reliever }[] = [];
  readonly #oomNotifiers: OomNotifier[] = [];
  readonly #moveListeners: MoveListener[] = [];

  constructor(core: Core, cloned: boolean) {
    this.core = core;
    this.cloned = cloned;
    this.frames = { guestOs: 0, file: 0, anonymous: 0, pageTables: 0 };
  }

  addShrinker(shrinker: Shrinker): void {
    this.#shrinkers.push(shrinker);
  }

  /** For a status that shrinkers and notifiers are no answer to: no block, a zone that is full. */
  addReliever(status: number, relieve: Reliever): void {
    this.#relievers.push({ status, relieve });
  }

  /** For when reclaim found nothing. */
  addOomNotifier(notify: OomNotifier): void {
    this.#oomNotifiers.push(notify);
  }

  /** For holders of blocks by number: they hear of each block that migration moved. */
  addMoveListener(moved: MoveListener): void {
    this.#moveListeners.push(moved);
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
    return this.#touchSlow(got, object, start, pages, write, cpu) - pagesBefore;
  }

  /**
   * The same when the first try met a status. Returns the pages that the object holds in the end.
   */
  #touchSlow(
    first: number,
    object: number,
    start: number,
    pages: number,
    write: boolean,
    cpu: number,
  ): number {
    const { objects } = this.core;
    let answer = first;
    const end = start + pages;
    while (answer < 0) {
      const from = objects.stoppedAt;
      if (!this.relieve(answer)) {
        throw new GuestOutOfMemory(
          `guest out of memory: ${pages} pages of object ${object} do not fit (${statusText(answer)})`,
        );
      }
      answer = objects.touch(object, from, end - from, write, cpu);
    }
    return expectAnswer(objects.pages(object), 'objects.pages');
  }

  /**
   * Acts on the status of a request so that it can be made again; false: there is nothing left to
   * do.
   */
  relieve(status: number): boolean {
    if (status === STATUS_MOVES_FULL) return this.deliverMoves() > 0;
    if (status === STATUS_NEED_RECLAIM) return this.reclaim() || this.notifyOom();
    return this.#relievers.some((reliever) => reliever.status === status && reliever.relieve());
  }

  /** One round of direct reclaim. Whether anything was freed. */
  reclaim(): boolean {
    return this.#shrinkers.length > 0 && makeRoom(this.core, this);
  }

  /** Pages that the shrinkers hold. */
  get cachedPages(): number {
    return this.#shrinkers.reduce((sum, shrinker) => sum + shrinker.pages, 0);
  }

  /** Has the shrinkers give up to so many pages. Frames freed. */
  shrink(pages: number): number {
    let freed = 0;
    for (const shrinker of this.#shrinkers) {
      if (freed < pages) freed += shrinker.shrink(pages - freed);
    }
    return freed;
  }

  /** Every notifier gets its turn, as in Linux's chain. Whether any gave pages. */
  notifyOom(): boolean {
    let freed = 0;
    for (const notify of this.#oomNotifiers) freed += notify();
    return freed > 0;
  }

  /** Tells the listeners which blocks migration moved since the last time. How many. */
  deliverMoves(): number {
    if (this.core.moves.pending === 0) return 0;
    return this.core.moves.take((from, to) => {
      for (const moved of this.#moveListeners) moved(from, to);
    });
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
    const before = this.core.stat(STAT_TEMPLATE_COPIES);
    work();
    this.frames.guestOs += this.core.stat(STAT_TEMPLATE_COPIES) - before;
  }

  /** The page cache gave up pages of the booted system. */
  dropSystemPages(pages: number): void {
    if (!this.cloned) this.frames.guestOs -= pages;
  }

  /** Private backed frames that nothing uses. */
  get idleFrames(): number {
    const { guestOs, file, anonymous, pageTables } = this.frames;
    return this.core.privateFrames - guestOs - file - anonymous - pageTables;
  }
}
