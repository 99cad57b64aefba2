// fixed: every idle container is kept equally long, as most platforms do.

import { MS_PER_MINUTE } from '../../abi/unit.ts';
import { expectNumber } from '../../check/index.ts';
import { durationMs } from '../argument.ts';
import type { KeepAlive, KeepAliveSpec } from './policy.ts';

/** What AWS and Azure were observed to do, within a factor of two: 10 minutes. */
export const DEFAULT_KEEP_ALIVE_MS: number = 10 * MS_PER_MINUTE;

export class Fixed implements KeepAlive {
  private readonly _ttlMs: number;

  constructor(ttlMs: number) {
    this._ttlMs = ttlMs;
  }

  arrived(): void {}

  keepMs(): number {
    return this._ttlMs;
  }
}

/** Every idle container is kept equally long, `ttlMs` milliseconds: 10 minutes if not said; Infinity: for ever. Throws RefusedArgument. */
export function fixedKeepAlive(ttlMs: number = DEFAULT_KEEP_ALIVE_MS): KeepAlive {
  expectNumber('keep-alive', ttlMs, 0, Infinity);
  return new Fixed(ttlMs);
}

export const FIXED: KeepAliveSpec = {
  name: 'fixed',
  sentence: 'Every idle container is kept equally long; fixed:TIME, or the time alone (10m).',
  create: (time) => fixedKeepAlive(time === undefined ? undefined : durationMs(time)),
};
