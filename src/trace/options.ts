/** Checks the options that all readers share; a wrong one is the caller's error, not the trace's. */
import { RefusedArgument, expectNumber, expectObject } from '../check/index.ts';
import type { TraceOptions } from './trace.ts';

export interface OptionValues {
  readonly seed: number;
  /** Infinity if none. */
  readonly minuteLimit: number;
  /** Infinity if none. */
  readonly maximumInvocations: number;
}

export function checkOptions(options: TraceOptions): OptionValues {
  const { seed, minutes, maximumInvocations = Infinity } = expectObject('options', options);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RefusedArgument('seed', 'a non-negative safe integer', seed);
  }
  if (minutes !== undefined && (!Number.isSafeInteger(minutes) || minutes < 1)) {
    throw new RefusedArgument('minutes', 'an integer of 1 or more', minutes);
  }
  expectNumber('maximumInvocations', maximumInvocations, 0, Infinity);
  return { seed, minuteLimit: minutes ?? Infinity, maximumInvocations };
}
