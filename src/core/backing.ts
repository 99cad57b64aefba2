// Host memory behind frames: it comes with the first touch and goes when the host takes it back.

import type { CoreExports } from './exports.ts';

export class Backing {
  readonly #raw: CoreExports;

  constructor(raw: CoreExports) {
    this.#raw = raw;
  }

  isBacked(pfn: number): boolean {
    return this.#raw.isBacked(pfn) !== 0;
  }

  /** Backed frames of a range. */
  count(start: number, frames: number): number {
    return this.#raw.countBacked(start, frames);
  }

  /** Reads or writes frames by number. */
  touch(start: number, frames: number, write: boolean): number {
    return this.#raw.touchRange(start, frames, write ? 1 : 0);
  }

  /** The host takes a range back. Frames that were backed. */
  release(start: number, frames: number): number {
    return this.#raw.releaseRange(start, frames);
  }

  /**
   * All that is backed now is a template's: clones map it when they read and copy it when they
   * write.
   */
  freezeTemplate(): void {
    this.#raw.freezeTemplate();
  }
}
