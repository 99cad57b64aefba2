/** Checks the options that all readers share; a wrong one is the caller's error, not the trace's. */
import {
  FUNCTION,
  RefusedArgument,
  type Shape,
  expectNumber,
  expectObject,
  expectShape,
  expectText,
} from '../check/index.ts';
import type { TraceOptions } from './trace.ts';

export interface OptionValues {
  readonly seed: number;
  /** Infinity if none. */
  readonly minuteLimit: number;
  /** Infinity if none. */
  readonly maximumInvocations: number;
}

const SOURCE: Shape = { look: FUNCTION, names: FUNCTION, read: FUNCTION, head: FUNCTION };

/** What every reader is given: a path, and options with files that the path may lead to. */
export function expectPlace(path: string, options: TraceOptions): void {
  expectText('path', path);
  expectShape('options', options, { 'files?': SOURCE });
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
