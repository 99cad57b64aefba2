// Host memory behind frames: it comes with the first touch and goes when the host takes it back.

import {
  GUEST_STATES_OFFSET,
  KIND_KERNEL,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_RESERVED,
  KIND_TAIL,
  KIND_UNMOVABLE,
} from '../abi/layout.ts';
import { expectWords } from '../check/index.ts';
import type { Instance } from './instance.ts';

const IS_BACKED = ['backing.isBacked', 'pfn'] as const;
const COUNT = ['backing.count', 'start', 'frames'] as const;
const TOUCH = ['backing.touch', 'start', 'frames'] as const;
const RELEASE = ['backing.release', 'start', 'frames'] as const;

/** Whether each kind (its number over 16) is of frames that the guest uses. */
const IS_USED: readonly boolean[] = Array.from({ length: 16 }, (_, at) =>
  [KIND_UNMOVABLE, KIND_MOVABLE, KIND_OBJECT, KIND_RESERVED, KIND_KERNEL].includes(at << 4),
);

export class Backing {
  readonly #instance: Instance;
  /** First frame's state. */
  readonly #states: number;
  #tookUsed = false;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.#states = instance.headerWord(GUEST_STATES_OFFSET);
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
    const released = this.#instance.raw.releaseRange(start, frames);
    if (released > 0 && !this.#tookUsed) this.#tookUsed = this.#hasUsed(start, frames);
    return released;
  }

  /** Only the head of a block says what it is for: a range that begins inside one looks for it. */
  #hasUsed(start: number, frames: number): boolean {
    const { bytes } = this.#instance;
    const states = this.#states;
    let head = start;
    while (head > 0 && kindAt(bytes, states + head) === KIND_TAIL) head -= 1;
    if (IS_USED[kindAt(bytes, states + head) >> 4] === true) return true;
    for (let pfn = start + 1; pfn < start + frames; pfn += 1) {
      if (IS_USED[kindAt(bytes, states + pfn) >> 4] === true) return true;
    }
    return false;
  }

  /**
   * All that is backed now is a template's: clones map it when they read and copy it when they
   * write.
   */
  freezeTemplate(): void {
    this.#instance.raw.freezeTemplate();
  }
}

function kindAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) & KIND_MASK;
}
