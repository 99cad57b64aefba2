// How long an idle container is kept for the next call. A policy sees arrivals and idleness; replay has the clock.

export interface KeepAlive {
  readonly name: string;
  /** A call of the function arrives. */
  arrived(functionId: number, nowMs: number): void;
  /** A container of the function becomes idle: how long it stays if no call takes it. */
  keepMs(functionId: number, nowMs: number): number;
}
