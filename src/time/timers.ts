// The clock as it is handed down: to devices, drivers and the kernel's workers, which read it and ask to be called back.

export interface TimerHandle {
  /** Takes the call back; nothing happens when it was made or taken back already. */
  cancel(): void;
}

export interface Timers {
  /** Virtual time since the run began. */
  readonly nowNs: number;
  /**
   * Calls `fire` once, `delayNs` from now; never inside this call. Throws a RangeError for a delay
   * that is none (negative, infinite, not a number).
   */
  after(delayNs: number, fire: () => void): TimerHandle;
}

/** The same delay if it is one; for those who keep a delay and use it later. */
export function expectDelay(what: string, delayNs: number): number {
  if (delayNs >= 0 && delayNs < Infinity) return delayNs;
  throw new RangeError(`${what}: expected a finite time of 0 ns or more, found ${delayNs}`);
}
