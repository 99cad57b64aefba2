// Containers that a keep-alive policy wants to be there before their calls come: when, and how many of them were of use.

import type { KeepAlive } from '../serverless/index.ts';
import type { Clock } from '../time/index.ts';
import { EVENT_PREWARM, eventOf } from './event.ts';

export interface PrewarmCounts {
  /** Containers that were started before a call came. */
  started: number;
  /** Those of them that got one. */
  used: number;
}

export class Prewarmer {
  readonly counts: PrewarmCounts = { started: 0, used: 0 };
  private readonly _policy: KeepAlive;
  private readonly _clock: Clock;
  /** By function: when its next one is due (Infinity: never), and how long that stays. */
  private readonly _dueMs: Float64Array;
  private readonly _keepMs: Float64Array;

  /** The clock's ticks are milliseconds. */
  constructor(functions: number, policy: KeepAlive, clock: Clock) {
    this._policy = policy;
    this._clock = clock;
    this._dueMs = new Float64Array(functions).fill(Infinity);
    this._keepMs = new Float64Array(functions);
  }

  /** A call of the function has ended: what the policy wants now, in place of what it wanted before. */
  ended(functionId: number): void {
    const { now } = this._clock;
    const wanted = this._policy.prewarm?.(functionId, now);
    if (wanted === undefined) return;
    const dueMs = now + wanted.inMs;
    this._dueMs[functionId] = dueMs;
    this._keepMs[functionId] = wanted.keepMs;
    this._clock.post(dueMs, eventOf(EVENT_PREWARM, functionId));
  }

  /** A call has come first. */
  arrived(functionId: number): void {
    this._dueMs[functionId] = Infinity;
  }

  /** How long the container stays that is due now; undefined: none is. */
  take(functionId: number): number | undefined {
    if (this._dueMs[functionId] !== this._clock.now) return undefined;
    this._dueMs[functionId] = Infinity;
    return this._keepMs[functionId];
  }
}
