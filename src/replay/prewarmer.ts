// Containers that a keep-alive policy wants to be there before their calls come: when, and how many of them were of use.

import type { Prewarm } from '../serverless/index.ts';

export interface PrewarmCounts {
  /** Containers that were started before a call came. */
  started: number;
  /** Those of them that got one. */
  used: number;
}

export class Prewarmer {
  readonly counts: PrewarmCounts = { started: 0, used: 0 };
  /** By function: when its next one is due (Infinity: never), and how long that stays. */
  readonly #dueMs: Float64Array;
  readonly #keepMs: Float64Array;

  constructor(functions: number) {
    this.#dueMs = new Float64Array(functions).fill(Infinity);
    this.#keepMs = new Float64Array(functions);
  }

  /** In place of what was planned for the function. When it is due. */
  plan(functionId: number, nowMs: number, { inMs, keepMs }: Prewarm): number {
    const dueMs = nowMs + inMs;
    this.#dueMs[functionId] = dueMs;
    this.#keepMs[functionId] = keepMs;
    return dueMs;
  }

  /** A call has come first. */
  cancel(functionId: number): void {
    this.#dueMs[functionId] = Infinity;
  }

  /** How long the container stays that is due now; undefined: none is. */
  take(functionId: number, nowMs: number): number | undefined {
    if (this.#dueMs[functionId] !== nowMs) return undefined;
    this.cancel(functionId);
    return this.#keepMs[functionId];
  }
}
