// How long an idle container is kept for the next call. A policy sees arrivals and idleness; replay has the clock.

/** A container that is started before its call comes. */
export interface Prewarm {
  /** From now on; a call that comes first cancels it. */
  readonly inMs: number;
  /** How long it stays if no call takes it. */
  readonly keepMs: number;
}

/** How long an idle container is kept for the next call. Times are milliseconds since the trace's begin. */
export interface KeepAlive {
  /** A full host ends idle containers before anything else that it is told to do. */
  readonly evicts?: boolean;
  /** A call of the function arrives. */
  arrived(functionId: number, nowMs: number): void;
  /** A container of the function becomes idle: how long it stays if no call takes it. */
  keepMs(functionId: number, nowMs: number): number;
  /** Asked after keepMs: when a container of the function is started, unless there is one then. */
  prewarm?(functionId: number, nowMs: number): Prewarm | undefined;
}

/** An entry of the list of keep-alive policies. */
export interface KeepAliveSpec {
  /** For `--keep-alive`. */
  readonly name: string;
  /** One sentence for `guestmem systems`; says what may stand after `name:`. */
  readonly sentence: string;
  /** A policy for one replay, by what stands after `name:`, if anything does. Throws ArgumentError. */
  create(argument?: string): KeepAlive;
}
