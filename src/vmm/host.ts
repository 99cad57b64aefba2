// Host memory: how many frames are held, and for what. Frames are 4 KiB; shares of a page-table
// page make fractions.

import { FRAMES_PER_GIB, NS_PER_S } from '../abi/unit.ts';
import { RefusedArgument, expectInteger, expectNumber } from '../check/index.ts';

/** Causes of footprint, in the order of the account's slots. */
export const CAUSES = [
  'guestOs',
  'vmm',
  'fileShared',
  'anonymous',
  'idleUnused',
  'pageTables',
  'hostCache',
] as const;

/** What host memory is held for. */
export type Cause = (typeof CAUSES)[number];

export const CAUSE_GUEST_OS = 0;
export const CAUSE_VMM = 1;
export const CAUSE_FILE_SHARED = 2;
export const CAUSE_ANONYMOUS = 3;
export const CAUSE_IDLE_UNUSED = 4;
export const CAUSE_PAGE_TABLES = 5;
export const CAUSE_HOST_CACHE = 6;

/** The host has no frame left: there is no swap behind it. */
export class HostOutOfMemory extends Error {
  override readonly name: string = 'HostOutOfMemory';
  /** Frames that would be held then, all causes. */
  readonly neededFrames: number;
  /** Frames that the host has. */
  readonly capacityFrames: number;
  /** Virtual time at which they were needed. */
  readonly atNs: number;

  constructor(neededFrames: number, capacityFrames: number, atNs: number) {
    super(
      `host out of memory at ${(atNs / NS_PER_S).toFixed(3)} s: ${gib(neededFrames)} GiB are needed, ` +
        `${gib(capacityFrames)} GiB are there (${neededFrames} and ${capacityFrames} frames)`,
    );
    this.neededFrames = neededFrames;
    this.capacityFrames = capacityFrames;
    this.atNs = atNs;
  }
}

function gib(frames: number): string {
  return (frames / FRAMES_PER_GIB).toFixed(3);
}

/** Frames of an account, all causes. */
export function framesOf(account: Float64Array): number {
  let sum = 0;
  for (let cause = 0; cause < account.length; cause += 1) sum += account[cause] as number;
  return sum;
}

/** What a VM or a template holds, by cause. */
export function newAccount(): Float64Array {
  return new Float64Array(CAUSES.length);
}

/** Sums of shares are not exact: so much less than nothing is nothing. */
const LEAST_FRAMES = -1;

function expectAccount(argument: string, account: Float64Array): void {
  if (account instanceof Float64Array && account.length === CAUSES.length) return;
  throw new RefusedArgument(argument, `${CAUSES.length} numbers, a cause each`, account);
}

export class HostMemory {
  readonly capacityFrames: number;
  /** Frames held by cause. */
  readonly account: Float64Array = newAccount();
  /**
   * Called above the capacity with the frames that are too many; false: nothing more can be freed.
   */
  relieve: ((frames: number) => boolean) | undefined;
  /** Called above the capacity instead of a failure: the owner makes room when what it is doing is done. */
  onFull: (() => void) | undefined;
  /** Virtual time from which on VMs add up what they hold over time. */
  measuredFromNs = 0;
  private _isRelieving = false;
  private readonly _now: () => number;

  /** `capacityFrames` may be Infinity. `now`: virtual time in nanoseconds, for what goes wrong. */
  constructor(capacityFrames: number, now: () => number = () => 0) {
    this.capacityFrames = expectNumber('hostFrames', capacityFrames, 0, Infinity);
    this._now = now;
  }

  get heldFrames(): number {
    return framesOf(this.account);
  }

  /** Frames held by cause, by name. A copy. */
  get byCause(): Record<Cause, number> {
    const named = CAUSES.map((cause, at) => [cause, this.account[at]] as const);
    return Object.fromEntries(named) as Record<Cause, number>;
  }

  /** Frames that are held for nothing are for a cause now, or no more (below zero). */
  moveIdle(cause: number, frames: number): void {
    expectInteger('cause', cause, 0, CAUSES.length - 1);
    expectNumber('frames', frames, -Number.MAX_VALUE);
    const { account } = this;
    const booked = (account[cause] as number) + frames;
    const idle = (account[CAUSE_IDLE_UNUSED] as number) - frames;
    if (!(booked > LEAST_FRAMES && idle > LEAST_FRAMES)) {
      const expected = `frames that the account has (${booked} would be for the cause, ${idle} for nothing)`;
      throw new RefusedArgument('frames', expected, frames);
    }
    account[cause] = booked;
    account[CAUSE_IDLE_UNUSED] = idle;
  }

  /**
   * Replaces what `held` says by `next`, and makes `held` say it. Frames by which it grew. Above the capacity it throws
   * HostOutOfMemory, unless there is `onFull`; RefusedArgument, and nothing is booked, where a cause would have less than nothing.
   */
  settle(held: Float64Array, next: Float64Array): number {
    const { account } = this;
    expectAccount('held', held);
    expectAccount('next', next);
    this._expectThere(held, next);
    let growth = 0;
    for (let cause = 0; cause < account.length; cause += 1) {
      const change = (next[cause] as number) - (held[cause] as number);
      growth += change;
      account[cause] = (account[cause] as number) + change;
      held[cause] = next[cause] as number;
    }
    if (growth > 0 && this.isOver) this._relieveOrFail();
    return growth;
  }

  /** That no cause comes below nothing. */
  private _expectThere(held: Float64Array, next: Float64Array): void {
    const { account } = this;
    for (let cause = 0; cause < account.length; cause += 1) {
      const frames = next[cause] as number;
      const left = (account[cause] as number) - (held[cause] as number) + frames;
      if (frames > LEAST_FRAMES && left > LEAST_FRAMES && left < Infinity) continue;
      throw new RefusedArgument(`next: ${CAUSES[cause]}`, 'frames that are held', frames);
    }
  }

  /** More is held than there is. */
  get isOver(): boolean {
    return this.heldFrames > this.capacityFrames;
  }

  private _relieveOrFail(): void {
    if (this.onFull !== undefined) this.onFull();
    else if (!this._fits()) {
      throw new HostOutOfMemory(Math.ceil(this.heldFrames), this.capacityFrames, this._now());
    }
  }

  private _relieve(relieve: (frames: number) => boolean): boolean {
    this._isRelieving = true;
    try {
      return relieve(Math.ceil(this.heldFrames - this.capacityFrames));
    } finally {
      this._isRelieving = false;
    }
  }

  /**
   * Whether everything fits, after as much relief as there is. Relief settles accounts itself and
   * is not nested.
   */
  private _fits(): boolean {
    while (this.heldFrames > this.capacityFrames) {
      if (this._isRelieving) return true;
      if (this.relieve === undefined) return false;
      if (!this._relieve(this.relieve)) return false;
    }
    return true;
  }
}
