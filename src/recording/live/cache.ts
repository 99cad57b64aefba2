// Pages of files in the emulated guest, in the order in which they came: what its kswapd and direct reclaim may drop. A
// recording shows no second reading of a page, so the oldest goes first. Pages that were written stay until they are clean.

import type { Shrinker } from '../../guest/index.ts';

const NO_PAGE = -1;

export class FileCache implements Shrinker {
  /** Neighbours in the order of age, by frame of the emulated guest. */
  readonly #older: Int32Array;
  readonly #younger: Int32Array;
  readonly #isIn: Uint8Array;
  readonly #isDirty: Uint8Array;
  #dirtyPages = 0;
  #oldest = NO_PAGE;
  #youngest = NO_PAGE;
  #pages = 0;
  readonly #drop: (place: number) => void;

  /** `drop`: frees a page, which has left the cache. */
  constructor(frames: number, drop: (place: number) => void) {
    this.#older = new Int32Array(frames);
    this.#younger = new Int32Array(frames);
    this.#isIn = new Uint8Array(frames);
    this.#isDirty = new Uint8Array(frames);
    this.#drop = drop;
  }

  get pages(): number {
    return this.#pages;
  }

  add(place: number): void {
    this.#link(place, this.#youngest, NO_PAGE);
  }

  /** Pages that are still to be written to their files. */
  get dirtyPages(): number {
    return this.#dirtyPages;
  }

  /** A page of it was written. */
  soil(place: number): void {
    if (this.#isIn[place] === 0 || this.#isDirty[place] !== 0) return;
    this.#isDirty[place] = 1;
    this.#dirtyPages += 1;
  }

  /** Up to so many dirty pages are written to their files, the oldest first. */
  clean(pages: number): void {
    let left = Math.min(pages, this.#dirtyPages);
    for (let at = this.#oldest; left > 0 && at !== NO_PAGE; at = this.#younger[at] as number) {
      if (this.#isDirty[at] === 0) continue;
      this.#isDirty[at] = 0;
      this.#dirtyPages -= 1;
      left -= 1;
    }
  }

  remove(place: number): void {
    if (this.#isIn[place] === 0) return;
    this.#unlink(place);
  }

  /** A page of it was moved, and is as old as before. */
  move(from: number, to: number): void {
    if (this.#isIn[from] === 0) return;
    const [older, younger] = [this.#older[from] as number, this.#younger[from] as number];
    const isDirty = this.#isDirty[from] !== 0;
    this.#unlink(from);
    this.#link(to, older, younger);
    if (isDirty) this.soil(to);
  }

  /** Reclaim that meets dirty pages alone wakes the flusher, which writes all there are. */
  shrink(pages: number): number {
    if (this.#areOldestDirty(pages)) this.clean(this.#dirtyPages);
    let freed = 0;
    for (let at = this.#oldest; freed < pages && at !== NO_PAGE;) {
      const next = this.#younger[at] as number;
      if (this.#isDirty[at] === 0) {
        this.#give(at);
        freed += 1;
      }
      at = next;
    }
    return freed;
  }

  #areOldestDirty(pages: number): boolean {
    let at = this.#oldest;
    for (let seen = 0; seen < pages && at !== NO_PAGE; seen += 1) {
      if (this.#isDirty[at] === 0) return false;
      at = this.#younger[at] as number;
    }
    return true;
  }

  /** Drops what is clean in [start, start + count). */
  dropIn(start: number, count: number): void {
    for (let place = start; place < start + count; place += 1) {
      if (this.#isIn[place] !== 0 && this.#isDirty[place] === 0) this.#give(place);
    }
  }

  #give(place: number): void {
    this.#unlink(place);
    this.#drop(place);
  }

  #link(place: number, older: number, younger: number): void {
    this.#older[place] = older;
    this.#younger[place] = younger;
    if (older === NO_PAGE) this.#oldest = place;
    else this.#younger[older] = place;
    if (younger === NO_PAGE) this.#youngest = place;
    else this.#older[younger] = place;
    this.#isIn[place] = 1;
    this.#pages += 1;
  }

  #unlink(place: number): void {
    const [older, younger] = [this.#older[place] as number, this.#younger[place] as number];
    if (older === NO_PAGE) this.#oldest = younger;
    else this.#younger[older] = younger;
    if (younger === NO_PAGE) this.#youngest = older;
    else this.#older[younger] = older;
    this.#isIn[place] = 0;
    this.#pages -= 1;
    this.#dirtyPages -= this.#isDirty[place] as number;
    this.#isDirty[place] = 0;
  }
}
