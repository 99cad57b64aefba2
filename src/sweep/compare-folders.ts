// Results of two folders, compared.

import { FUNCTION, TEXT, expectShape, expectText } from '../check/index.ts';
import { type Difference, differencesOf } from './compare.ts';
import { type FactorChoice, chosen, rowsIn } from './tables-in.ts';

/** What of two folders is compared, and who hears how far it is. */
export interface CompareOptions {
  /** Of the first only cells with such a value, if the folder is a sweep's. */
  readonly a?: readonly FactorChoice[] | undefined;
  /** Of the second. */
  readonly b?: readonly FactorChoice[] | undefined;
  /** Hears how many cells of a table are read, of how many. */
  readonly onRead?: ((done: number, total: number) => void) | undefined;
  /** Hears how many figures are compared, of how many. */
  readonly onCompared?: ((done: number, total: number) => void) | undefined;
}

const CHOICES = [{ path: TEXT, label: TEXT }] as const;
const OPTIONS = {
  'a?': CHOICES,
  'b?': CHOICES,
  'onRead?': FUNCTION,
  'onCompared?': FUNCTION,
} as const;

/**
 * What is different between two folders of sweeps or runs (`guestmem compare A B`), system by system, and whether that is more than
 * seeds make of it. Both may be the same folder, with other choices. Throws ResultsError where there are no results, RefusedArgument for
 * a choice that a folder does not have, and for a path that only one side varies.
 *
 * @example
 * const found = await compareResults('first', 'second');
 * const apart = found.filter(({ isBeyond }) => isBeyond);
 */
export async function compareResults(
  first: string,
  second: string,
  options: CompareOptions = {},
): Promise<Difference[]> {
  const { a = [], b = [], onRead, onCompared } = expectShape('options', options, OPTIONS);
  const sides = [
    chosen(await rowsIn(expectText('first', first), onRead), a),
    chosen(await rowsIn(expectText('second', second), onRead), b),
  ] as const;
  const apart = [...a, ...b].map(({ path }) => path);
  return differencesOf(...sides, apart, onCompared);
}
