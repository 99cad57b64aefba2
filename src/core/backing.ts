// Host memory behind frames: it comes with the first touch and goes when the host takes it back.

import {
  GUEST_BACKED_OFFSET,
  GUEST_BACKING_SHIFT_OFFSET,
  GUEST_SPAN_OFFSET,
  GUEST_TEMPLATE_OFFSET,
} from '../abi/layout.ts';
import { THP_ORDER } from '../abi/unit.ts';
import { expectMade, expectWords } from '../check/index.ts';
import { type FrameSet, WORD_BITS, addBoth, bitCount, lowestBit } from './bits.ts';
import type { Instance } from './instance.ts';

const IS_BACKED = 'backing.isBacked pfn';
const COUNT = 'backing.count start frames';
const TOUCH = 'backing.touch start frames';
const RELEASE = 'backing.release start frames';

export class Backing {
  private readonly _instance: Instance;
  private _tookUsed = false;

  constructor(instance: Instance) {
    this._instance = instance;
  }

  /** Whether the host ever took frames back that the guest was using. Honest drivers give no such frames. */
  get tookUsed(): boolean {
    return this._tookUsed;
  }

  isBacked(pfn: number): boolean {
    expectWords(IS_BACKED, pfn);
    return this._instance.raw.isBacked(pfn) !== 0;
  }

  /** Backed frames of a range. */
  count(start: number, frames: number): number {
    expectWords(COUNT, start, frames);
    return this._instance.raw.countBacked(start, frames);
  }

  /** Reads or writes frames by number. */
  touch(start: number, frames: number, write: boolean): number {
    expectWords(TOUCH, start, frames);
    return this._instance.raw.touchRange(start, frames, write ? 1 : 0);
  }

  /** The host takes a range back. Frames that were backed. */
  release(start: number, frames: number): number {
    expectWords(RELEASE, start, frames);
    const { raw } = this._instance;
    const released = raw.releaseRange(start, frames);
    if (released > 0 && !this._tookUsed) this._tookUsed = raw.usesRange(start, frames) !== 0;
    return released;
  }

  /**
   * Host pages behind the guest are large from now on: where a part of one is backed, all of it is.
   */
  widen(): void {
    const frames = 2 ** THP_ORDER;
    const span = this._instance.headerWord(GUEST_SPAN_OFFSET);
    this._instance.setHeaderWord(GUEST_BACKING_SHIFT_OFFSET, THP_ORDER);
    for (let start = 0; start < span; start += frames) {
      if (this.count(start, frames) > 0) this.touch(start, frames, true);
    }
  }

  /**
   * All that is backed now is a template's: clones map it when they read and copy it when they
   * write.
   */
  freezeTemplate(): void {
    this._instance.raw.freezeTemplate();
  }

  /** The frames that are a template's, a bit each. */
  templateFrames(): FrameSet {
    return this._setAt(GUEST_TEMPLATE_OFFSET);
  }

  /** The frames that have host memory, a bit each. */
  backedFrames(): FrameSet {
    return this._setAt(GUEST_BACKED_OFFSET);
  }

  /** How many of `frames` are mapped from an image and still its own. */
  countMapped(frames: FrameSet): number {
    const { words } = this._instance;
    const backed = this._wordOf(GUEST_BACKED_OFFSET);
    const template = this._wordOf(GUEST_TEMPLATE_OFFSET);
    let count = 0;
    const { length } = expectMade('frames', frames, Uint32Array);
    for (let at = 0; at < length; at += 1) {
      const mapped = (words[backed + at] as number) & (words[template + at] as number);
      const found = mapped & (frames[at] as number);
      if (found !== 0) count += bitCount(found);
    }
    return count;
  }

  /** Where a table begins, in words. */
  private _wordOf(offset: number): number {
    return this._instance.headerWord(offset) >>> 2;
  }

  private _setAt(offset: number): FrameSet {
    const first = this._wordOf(offset);
    return this._instance.words.slice(first, first + this._words);
  }

  private get _words(): number {
    return Math.ceil(this._instance.headerWord(GUEST_SPAN_OFFSET) / WORD_BITS);
  }

  /** Adds to `seen` those of `image` that have host memory here. How many were not in it. */
  noteBacked(image: FrameSet, seen: FrameSet): number {
    expectMade('image', image, Uint32Array);
    expectMade('seen', seen, Uint32Array);
    const first = this._wordOf(GUEST_BACKED_OFFSET);
    return addBoth(seen, image, this._instance.words, first);
  }

  /** Whatever is mapped of the template becomes this guest's own. */
  copyMapped(): void {
    const { words } = this._instance;
    const backed = this._wordOf(GUEST_BACKED_OFFSET);
    const template = this._wordOf(GUEST_TEMPLATE_OFFSET);
    const mapped = (at: number): number =>
      (words[backed + at] as number) & (words[template + at] as number);
    for (let at = 0; at < this._words; at += 1) {
      for (let bits = mapped(at); bits !== 0; bits = mapped(at)) {
        this.touch(at * WORD_BITS + lowestBit(bits), 1, true);
      }
    }
  }

  /** Writes the frames of a set. */
  writeAll(frames: FrameSet): void {
    const { length } = expectMade('frames', frames, Uint32Array);
    for (let at = 0; at < length; at += 1) {
      for (let bits = frames[at] as number; bits !== 0; bits &= bits - 1) {
        this.touch(at * WORD_BITS + lowestBit(bits), 1, true);
      }
    }
  }
}
