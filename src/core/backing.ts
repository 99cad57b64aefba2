// Host memory behind frames: it comes with the first touch and goes when the host takes it back.

import { expectWords } from '../check/index.ts';
import type { Instance } from './instance.ts';

const IS_BACKED = ['backing.isBacked', 'pfn'] as const;
const COUNT = ['backing.count', 'start', 'frames'] as const;
const TOUCH = ['backing.touch', 'start', 'frames'] as const;
const RELEASE = ['backing.release', 'start', 'frames'] as const;

export class Backing {
  readonly #instance: Instance;
  #tookUsed = false;

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  /** Whether the host ever took frames back that the guest was using. Honest drivers give no such frames. */
  get tookUsed(): boolean {
    return this.#tookUsed;
  }

  isBacked(pfn: number): boolean {
    expectWords(IS_BACKED, pfn);
    return this.#instance.raw.isBacked(pfn) !== 0;
  }

  /** Backed frames of a range. */
  count(start: number, frames: number): number {
    expectWords(COUNT, start, frames);
    return this.#instance.raw.countBacked(start, frames);
  }

  /** Reads or writes frames by number. */
  touch(start: number, frames: number, write: boolean): number {
    expectWords(TOUCH, start, frames);
    return this.#instance.raw.touchRange(start, frames, write ? 1 : 0);
  }

  /** The host takes a range back. Frames that were backed. */
  release(start: number, frames: number): number {
    expectWords(RELEASE, start, frames);
    const { raw } = this.#instance;
    const released = raw.releaseRange(start, frames);
    if (released > 0 && !this.#tookUsed) this.#tookUsed = raw.usesRange(start, frames) !== 0;
    return released;
  }

  /**
   * All that is backed now is a template's: clones map it when they read and copy it when they
   * write.
   */
  freezeTemplate(): void {
    this.#instance.raw.freezeTemplate();
  }
}
