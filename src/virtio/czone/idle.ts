/**
 * When an idle zone is asked for its memory: a delay after it went idle, unless work arrives before. Knows
 * the clock and the state of zones, not how a request is made.
 */

import { expectInteger } from '../../check/index.ts';
import { bound } from '../../graph/index.ts';
import { type TimerHandle, type Timers, expectDelay } from '../../time/index.ts';

export interface IdlePolicy {
  /** From idle to the request. A keep-alive shorter than this never reclaims. */
  readonly delayNs: number;
  /** Bytes a request asks for at most; 0 for everything. */
  readonly targetBytes: number;
}

/** What the policy sets in motion. */
export interface IdleActions {
  reclaim(zone: number, targetBytes: number): void;
  cancel(zone: number): void;
}

export class IdleTimers {
  readonly policy: IdlePolicy;
  private readonly _timers: Timers;
  private readonly _actions: IdleActions;
  private readonly _waits = new Map<number, TimerHandle>();

  constructor(policy: IdlePolicy, timers: Timers, actions: IdleActions) {
    expectDelay('idle policy', policy.delayNs);
    expectInteger('idle policy: targetBytes', policy.targetBytes, 0);
    this.policy = policy;
    this._timers = timers;
    this._actions = actions;
  }

  /** A zone that was idle already keeps its place on the clock. */
  idle(zone: number): void {
    if (this._waits.has(zone)) return;
    this._waits.set(zone, this._timers.after(this.policy.delayNs, bound(this, this._due, zone)));
  }

  private _due(zone: number): void {
    this._waits.delete(zone);
    this._actions.reclaim(zone, this.policy.targetBytes);
  }

  /** Work has arrived: no request now, and none that runs. */
  active(zone: number): void {
    this.forget(zone);
    this._actions.cancel(zone);
  }

  /** The zone is gone. */
  forget(zone: number): void {
    this._waits.get(zone)?.cancel();
    this._waits.delete(zone);
  }

  forgetAll(): void {
    for (const wait of this._waits.values()) wait.cancel();
    this._waits.clear();
  }
}
