/** The virtual clock as devices and drivers see it: it can only be asked to call back later. */

export interface TimerHandle {
  cancel(): void;
}

export interface Timers {
  /** Calls `fire` once, `delayNs` of virtual time from now; never inside this call. */
  after(delayNs: number, fire: () => void): TimerHandle;
}

export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;
