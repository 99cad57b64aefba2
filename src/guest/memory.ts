// The guest kernel's view of its core: touching objects with the slow path behind it, and the account of what the
// backed frames are for. One of these per guest; processes, page cache and CZones share it.

import {
  type Core,
  type MoveListener,
  STATUS_MOVES_FULL,
  STATUS_NEED_RECLAIM,
  STATUS_NO_MEMORY,
  STATUS_ZONE_FULL,
  STAT_TEMPLATE_COPIES,
  expectAnswer,
  statusText,
} from '../core/index.ts';
import type { CZones } from './czone.ts';
import { GuestOutOfMemory } from './error.ts';
import type { PageCache } from './page-cache.ts';
import { makeRoom } from './pressure.ts';

/**
 * Private host-backed frames by use. Whatever of the core's private frames is not here is backed but free.
 * Anonymous and file pages and page tables are written when they are allocated, so each of theirs is backed.
 */
export interface FrameUse {
  guestOs: number;
  file: number;
  anonymous: number;
  pageTables: number;
}

export class GuestMemory {
  readonly core: Core;
  readonly frames: FrameUse;
  /** A clone's system files are the template's frames, never private: giving them up frees no host memory. */
  readonly cloned: boolean;
  files: PageCache | undefined;
  czones: CZones | undefined;
  /** Asked when a CZone that does not grow by itself is full; false: it stays as it is. */
  zoneFull: ((zone: number) => boolean) | undefined;
  /** Holders of blocks by number: they hear of each block that migration moved. */
  readonly moveListeners: MoveListener[] = [];
  /** Asked in order when reclaim found nothing, before anything is killed. Each says how many pages it gave. */
  readonly oomNotifiers: (() => number)[] = [];

  constructor(core: Core, cloned: boolean) {
    this.core = core;
    this.cloned = cloned;
    this.frames = { guestOs: 0, file: 0, anonymous: 0, pageTables: 0 };
  }

  /**
   * Touches pages of an object that holds `pagesBefore`, reclaiming if need be. Returns pages that came in.
   * Throws GuestOutOfMemory when the guest has none left to give.
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

  /** The same when the first try met a status. Returns the pages that the object holds in the end. */
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
    while (answer < 0) {
      if (!this.relieve(answer)) {
        throw new GuestOutOfMemory(
          `guest out of memory: ${pages} pages of object ${object} do not fit (${statusText(answer)})`,
        );
      }
      answer = objects.touch(object, start, pages, write, cpu);
    }
    return expectAnswer(objects.pages(object), 'objects.pages');
  }

  /** Acts on the status of a request so that it can be made again; false: there is nothing left to do. */
  relieve(status: number): boolean {
    if (status === STATUS_MOVES_FULL) return this.deliverMoves() > 0;
    if (status === STATUS_NEED_RECLAIM) return this.reclaim() || this.notifyOom();
    if (status === STATUS_NO_MEMORY) return (this.czones?.plug(1) ?? 0) > 0;
    if (status === STATUS_ZONE_FULL) return this.zoneFull?.(this.core.czones.fullZone()) ?? false;
    return false;
  }

  /** One round of direct reclaim. Whether anything was freed. */
  reclaim(): boolean {
    return this.files !== undefined && makeRoom(this.core, this.files);
  }

  /** Every notifier gets its turn, as Linux's chain does. Whether any gave pages. */
  notifyOom(): boolean {
    let freed = 0;
    for (const notify of this.oomNotifiers) freed += notify();
    return freed > 0;
  }

  /** Tells the listeners which blocks migration moved since the last time. How many. */
  deliverMoves(): number {
    if (this.core.moves.pending === 0) return 0;
    return this.core.moves.take((from, to) => {
      for (const moved of this.moveListeners) moved(from, to);
    });
  }

  /** Touches frames by number and accounts what that makes private as the guest OS's. */
  touchSystemRange(start: number, frames: number, write: boolean): void {
    this.asSystem(() => {
      expectAnswer(this.core.backing.touch(start, frames, write), 'backing.touch');
    });
  }

  /** Runs work on the booted system's own pages; template pages that it copies become the guest OS's. */
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
