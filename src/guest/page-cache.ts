// The guest's page cache: one FILE object a file, shared by every process that maps it, and the
// order in which clean pages are given up. A file's age is that of its last read; within a file the
// highest pages go first.

import { bound } from '../graph/index.ts';
import {
  COUNT,
  FLAG,
  NUMBER,
  type Shape,
  TEXT,
  expectInteger,
  expectNumber,
  expectObject,
  expectShape,
} from '../check/index.ts';
import { GFP_HIGHUSER_MOVABLE, NONE, OBJECT_FILE, expectAnswer } from '../core/index.ts';
import type { GuestMemory, Shrinker } from './memory.ts';
import { scattered } from './scattered.ts';

/** A file as its readers know it. */
export interface OpenFile {
  readonly object: number;
  /** CZone of the only container that uses this copy; undefined: shared, in the kernel's zones. */
  readonly zone?: number | undefined;
}

interface CachedFile extends OpenFile {
  readonly name: string;
  pages: number;
  /** Pages of the host's copy that are mapped in place of a copy here. */
  mapped: number;
  lastRead: number;
  /** Pages belong to the booted system and not to a function. */
  readonly system: boolean;
}

/** What survives in a snapshot beside the core's bytes. */
export type PageCacheState = readonly (readonly [string, CachedFile])[];

const ENTRY: Shape = {
  0: TEXT,
  1: { object: COUNT, name: TEXT, pages: COUNT, mapped: COUNT, lastRead: NUMBER, system: FLAG },
};

/** Key of a file, or of the copy that lies in one container's zone. */
function keyOf(name: string, zone: number | undefined): string {
  return zone === undefined ? name : `${zone}/${name}`;
}

/** Where files come from. */
export interface FileSource {
  /** Their pages are the host's own, mapped: the guest has no copy (DAX). */
  readonly isMapped: boolean;
  /** Pages of a file came in, or were mapped, up to a page. */
  came(name: string, pages: number, upTo: number): void;
}

export function notNoted(): void {}

/** Of images that no VM runs from yet. */
const NOWHERE: FileSource = { isMapped: false, came: notNoted };

export class PageCache implements Shrinker {
  source: FileSource = NOWHERE;
  private readonly _memory: GuestMemory;
  private readonly _files: Map<string, CachedFile>;
  private _clock = 0;

  constructor(memory: GuestMemory, state: PageCacheState = []) {
    this._memory = memory;
    // what another guest has mapped of the host's copy this one has not
    const entries = state.map((entry) => expectShape('files', entry, ENTRY));
    this._files = new Map(entries.map(([name, file]) => [name, { ...file, mapped: 0 }]));
    memory.addShrinker(this);
    memory.addOwner(bound(this, this._ownObjects));
  }

  private _ownObjects(): [number, 'guestOs' | 'file'][] {
    return [...this._files.values()].map(({ object, system }) => [
      object,
      system ? 'guestOs' : 'file',
    ]);
  }

  state(): PageCacheState {
    return [...this._files].map(([name, file]) => [name, { ...file }]);
  }

  /** A file to read, made when nobody has read it yet; it stays one as long as its zone. */
  open(name: string): OpenFile {
    return this._open(name, false, undefined);
  }

  private _open(name: string, system: boolean, zone: number | undefined): CachedFile {
    const key = keyOf(name, zone);
    const known = this._files.get(key);
    if (known !== undefined) return known;
    const made = this._memory.core.objects.create(OBJECT_FILE, zone ?? NONE, GFP_HIGHUSER_MOVABLE);
    const object = expectAnswer(made, 'objects.create');
    const file = { name, object, pages: 0, mapped: 0, lastRead: 0, system, zone };
    this._files.set(key, file);
    return file;
  }

  /**
   * Reads pages [0, pages) of a file; what is not cached comes in. With a zone the container has a
   * copy of its own there, which ends with the zone and which reclaim for the kernel's zones leaves
   * alone. Returns pages that came in.
   */
  read(name: string, pages: number, cpu: number, system = false, zone?: number): number {
    return this.readOpen(this._open(name, system, zone), pages, cpu);
  }

  /** The same of an open file. */
  readOpen(open: OpenFile, pages: number, cpu: number): number {
    return this.readOn(open, 0, pages, cpu);
  }

  /** Goes on reading an open file from a page that was reached before. */
  readOn(open: OpenFile, from: number, pages: number, cpu: number): number {
    const file = expectObject('file', open as CachedFile);
    expectInteger('from', from, 0);
    expectInteger('pages', pages, 0);
    this.noteRead(file);
    if (this.source.isMapped && !file.system) return this._map(file, pages);
    // reclaim may have dropped its last pages
    const start = Math.min(from, file.pages);
    const added = this._memory.touch(file.object, start, pages - start, false, cpu, file.pages);
    file.pages += added;
    if (file.system) return added;
    this._memory.frames.file += added;
    if (added > 0) this.source.came(file.name, added, pages);
    return added;
  }

  /** Reads pages of a file that are cached: its first ones, then others here and there; of one that is mapped, as many from its first page on. */
  readScattered(open: OpenFile, pages: number, touched: number, cpu: number, first = 0): void {
    const file = expectObject('file', open as CachedFile);
    expectInteger('pages', pages, 0);
    expectInteger('touched', touched, 0);
    expectInteger('first', first, 0);
    if (this.source.isMapped && !file.system) {
      this.readOpen(file, touched, cpu);
      return;
    }
    this.noteRead(file);
    // reclaim may have dropped its last pages
    const cached = Math.min(pages, file.pages);
    const read = Math.min(touched, cached);
    const together = Math.min(first, read);
    const touch = (start: number, count: number): number =>
      this._memory.touch(file.object, start, count, false, cpu, file.pages);
    if (together > 0) touch(0, together);
    const rest = { pages: cached - together, touched: read - together, written: 0 };
    scattered(rest, (start, count) => touch(together + start, count));
  }

  /** Nothing of the host's copies is mapped any more. */
  unmap(): void {
    for (const file of this._files.values()) file.mapped = 0;
  }

  /** Maps pages of the host's copy that are not mapped yet. None of the guest's come in. */
  private _map(file: CachedFile, pages: number): number {
    const added = pages - file.mapped;
    if (added <= 0) return 0;
    file.mapped = pages;
    this.source.came(file.name, added, pages);
    return 0;
  }

  /** A file was read now, by whom all its pages were there. */
  noteRead(file: OpenFile): void {
    this._clock += 1;
    (expectObject('file', file) as CachedFile).lastRead = this._clock;
  }

  /** Pages of all files. */
  get pages(): number {
    let sum = 0;
    for (const file of this._files.values()) sum += file.pages;
    return sum;
  }

  private _oldest(): CachedFile | undefined {
    let oldest: CachedFile | undefined;
    for (const file of this._files.values()) {
      if (file.pages === 0 || file.zone !== undefined) continue;
      if (oldest === undefined || file.lastRead < oldest.lastRead) oldest = file;
    }
    return oldest;
  }

  /** A CZone has ended, and the copies in it with it. */
  forgetZone(zone: number): void {
    for (const [key, file] of this._files) {
      if (file.zone !== zone) continue;
      this._memory.frames.file -= file.pages;
      this._files.delete(key);
    }
  }

  /**
   * Gives up to `pages` clean pages back to the allocator, the least recently read file's first.
   * Copies in CZones stay: their frames are no help to the kernel's zones. Frames freed.
   */
  shrink(pages: number): number {
    expectNumber('files.shrink: pages', pages, 0, Infinity);
    let freed = 0;
    while (freed < pages) {
      const file = this._oldest();
      if (file === undefined) break;
      const wanted = Math.min(pages - freed, file.pages);
      const { objects } = this._memory.core;
      const from = file.pages - wanted;
      if (file.system) {
        this._memory.dropSystemPages(wanted, () => this._privatePages(file.object, from, wanted));
      }
      expectAnswer(objects.truncate(file.object, from, wanted, 0), 'objects.truncate');
      file.pages = from;
      freed += wanted;
      if (!file.system) this._memory.frames.file -= wanted;
    }
    return freed;
  }

  /** Pages of a file whose frames are this guest's own. */
  private _privatePages(object: number, start: number, pages: number): number {
    const { objects, frames } = this._memory.core;
    let own = 0;
    for (let page = start; page < start + pages; page += 1) {
      if (!frames.isTemplate(expectAnswer(objects.frame(object, page), 'objects.frame'))) own += 1;
    }
    return own;
  }
}
