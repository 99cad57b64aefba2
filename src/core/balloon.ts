// The balloon's pages: requested, on the core's list because migration moves them, released. Lists
// name the head of each block, the one allocated first at index 0 unless a method says otherwise.

import { GUEST_BALLOON_COUNT_OFFSET } from '../abi/layout.ts';
import { expectInteger, expectMade, expectWords } from '../check/index.ts';
import type { CoreExports } from './exports.ts';
import type { Instance } from './instance.ts';
import type { Scratch } from './scratch.ts';

const REQUEST = 'balloon.request count order gfp cpu';
const POP = 'balloon.pop count';

export class BalloonList {
  private readonly _instance: Instance;
  private readonly _scratch: Scratch;

  constructor(instance: Instance, scratch: Scratch) {
    this._instance = instance;
    this._scratch = scratch;
  }

  private get _raw(): CoreExports {
    return this._instance.raw;
  }

  /** Frames in the balloon, those on their way out not included. */
  get heldFrames(): number {
    return this._instance.headerWord(GUEST_BALLOON_COUNT_OFFSET);
  }

  /** Whether inflated pages leave their zones' managed ones. Only while the balloon is empty. */
  adjustManaged(on: boolean): number {
    return this._raw.balloonAdjustManaged(on ? 1 : 0);
  }

  /**
   * Requests up to `count` blocks one by one and writes them to `pfns` from index `at`; stops at
   * the first failure. How many came, or the failure's status when none did.
   */
  request(
    pfns: Uint32Array,
    at: number,
    count: number,
    order: number,
    gfp: number,
    cpu: number,
  ): number {
    expectWords(REQUEST, count, order, gfp, cpu);
    expectInteger('at', at, 0, expectMade('pfns', pfns, Uint32Array).length - count);
    const got = this._raw.balloonRequest(0, count, order, gfp, cpu);
    if (got > 0) pfns.set(this._scratch.words(got), at);
    return got;
  }

  /** Requested blocks enter the list; `pfns` has the last allocated first. */
  enter(pfns: Uint32Array, count: number): number {
    this._scratch.putReversed(pfns, count);
    return this._raw.balloonEnter(count);
  }

  /** The first blocks of the list leave it for limbo, to be released. How many there were. */
  pop(count: number): number {
    expectWords(POP, count);
    return this._raw.balloonPop(count);
  }

  /** Frees popped blocks, in the order of the array. */
  release(pfns: Uint32Array, count: number, cpu: number): number {
    this._scratch.putReversed(pfns, count);
    return this._raw.balloonRelease(count, cpu);
  }
}
