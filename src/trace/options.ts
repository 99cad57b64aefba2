/** Checks the options that all readers share; a wrong one is the caller's error, not the trace's. */
import type { TraceOptions } from './trace.ts';

export interface OptionValues {
  readonly seed: number;
  /** Infinity if none. */
  readonly minuteLimit: number;
  /** Infinity if none. */
  readonly maximumInvocations: number;
}

export function checkOptions(options: TraceOptions): OptionValues {
  const { seed, minutes, maximumInvocations = Infinity } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed: expected a non-negative safe integer, found ${seed}`);
  }
  if (minutes !== undefined && (!Number.isSafeInteger(minutes) || minutes < 1)) {
    throw new RangeError(`minutes: expected an integer of 1 or more, found ${minutes}`);
  }
  return { seed, minuteLimit: minutes ?? Infinity, maximumInvocations };
}
