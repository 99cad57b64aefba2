// Policies that do the same for every function at any time.

import type { IdlePolicy, IdleStep, IdleWay } from './policy.ts';

export class Steps implements IdlePolicy {
  readonly ways: readonly IdleWay[];
  private readonly _steps: readonly IdleStep[];

  constructor(steps: readonly IdleStep[]) {
    this.ways = steps.map(({ way }) => way);
    this._steps = steps;
  }

  steps(): readonly IdleStep[] {
    return this._steps;
  }
}
