// The clock as it is handed down: to devices, drivers and the kernel's workers, which read it and ask to be called back.

import { NS_PER_S } from '../abi/unit.ts';
import { RefusedArgument } from '../check/index.ts';

/** Whole nanoseconds are exact up to here; beyond it a short delay would be none. */
export const LONGEST_NS: number = Number.MAX_SAFE_INTEGER;
/** VMMs take the pause between two polls in whole seconds. */
const SHORTEST_PERIOD_NS: number = NS_PER_S;

export interface TimerHandle {
  /** Takes the call back; nothing happens when it was made or taken back already. */
  cancel(): void;
}

/** The clock as devices and kernels see it: they read it, and ask to be called back. */
export interface Timers {
  /** Virtual time since the run began. */
  readonly nowNs: number;
  /**
   * Calls `fire` once, `delayNs` from now; never inside this call. Throws an RefusedArgument for a delay
   * that is none (negative, infinite, not a number).
   */
  after(delayNs: number, fire: () => void): TimerHandle;
}

/** The same delay if it is one; for those who keep a delay and use it later. */
export function expectDelay(what: string, delayNs: number): number {
  if (typeof delayNs === 'number' && delayNs >= 0 && delayNs <= LONGEST_NS) return delayNs;
  throw new RefusedArgument(what, `a time of 0 to ${LONGEST_NS} ns (104 days)`, delayNs);
}

/** The same for what happens again and again: so often that a second of time can be played. */
export function expectPeriod(what: string, periodNs: number): number {
  const isNumber = typeof periodNs === 'number';
  if (isNumber && periodNs >= SHORTEST_PERIOD_NS && periodNs <= LONGEST_NS) return periodNs;
  throw new RefusedArgument(what, `a time of ${SHORTEST_PERIOD_NS} to ${LONGEST_NS} ns`, periodNs);
}
