// Host memory: how many frames are held, and for what. Frames are 4 KiB; shares of a page-table
// page make fractions.

/** Causes of footprint, in the order of the account's slots. */
export const CAUSES = [
  'guestOs',
  'vmm',
  'fileShared',
  'anonymous',
  'idleUnused',
  'pageTables',
] as const;

export type Cause = (typeof CAUSES)[number];

export const CAUSE_GUEST_OS = 0;
export const CAUSE_VMM = 1;
export const CAUSE_FILE_SHARED = 2;
export const CAUSE_ANONYMOUS = 3;
export const CAUSE_IDLE_UNUSED = 4;
export const CAUSE_PAGE_TABLES = 5;

/** The host has no frame left: there is no swap behind it. */
export class HostOutOfMemory extends Error {
  override readonly name: string = 'HostOutOfMemory';
}

/** What a VM or a template holds, by cause. */
export function newAccount(): Float64Array {
  return new Float64Array(CAUSES.length);
}

export class HostMemory {
  readonly capacityFrames: number;
  /** Frames held by cause. */
  readonly account: Float64Array = newAccount();
  /**
   * Called above the capacity with the frames that are too many; false: nothing more can be freed.
   */
  relieve: ((frames: number) => boolean) | undefined;
  #isRelieving = false;

  constructor(capacityFrames: number) {
    this.capacityFrames = capacityFrames;
  }

  get heldFrames(): number {
    const { account } = this;
    let sum = 0;
    for (let cause = 0; cause < account.length; cause += 1) sum += account[cause] as number;
    return sum;
  }

  /** Frames that are held for nothing are for a cause now, or no more (below zero). */
  moveIdle(cause: number, frames: number): void {
    const { account } = this;
    account[cause] = (account[cause] as number) + frames;
    account[CAUSE_IDLE_UNUSED] = (account[CAUSE_IDLE_UNUSED] as number) - frames;
  }

  /**
   * Replaces what `held` says by `next`, and makes `held` say it. Throws HostOutOfMemory above the
   * capacity.
   */
  settle(held: Float64Array, next: Float64Array): void {
    const { account } = this;
    let growth = 0;
    for (let cause = 0; cause < account.length; cause += 1) {
      const change = (next[cause] as number) - (held[cause] as number);
      growth += change;
      account[cause] = (account[cause] as number) + change;
      held[cause] = next[cause] as number;
    }
    if (growth > 0 && !this.#fits()) {
      throw new HostOutOfMemory(
        `host out of memory: ${Math.ceil(this.heldFrames)} frames are needed, ${this.capacityFrames} are there`,
      );
    }
  }

  /**
   * Whether everything fits, after as much relief as there is. Relief settles accounts itself and
   * is not nested.
   */
  #fits(): boolean {
    while (this.heldFrames > this.capacityFrames) {
      if (this.#isRelieving) return true;
      if (this.relieve === undefined) return false;
      this.#isRelieving = true;
      const freed = this.relieve(Math.ceil(this.heldFrames - this.capacityFrames));
      this.#isRelieving = false;
      if (!freed) return false;
    }
    return true;
  }
}
