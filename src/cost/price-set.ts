/** The prices of one run: what every operation takes at each level, and the level that the run's clock goes by. */
import { expectName, expectNumber, expectObject } from '../check/index.ts';
import type { OperationName } from './names.ts';
import { PRICE_LEVELS, type Price, type PriceLevel } from './price.ts';
import { PRICE_INDEX, PRICE_NAMES, PRICE_NS } from './prices.ts';

/** Nanoseconds for one unit of an operation; one number stands for all three. Finite, 0 or more, low <= typical <= high. */
export type OwnPrice = number | Pick<Price, 'lowNs' | 'typicalNs' | 'highNs'>;

/** What of the published prices is replaced. Plain data. */
export interface PriceChoice {
  /** The level that the clock goes by, and that results are told at. Default: typical. */
  readonly level?: PriceLevel | undefined;
  /** By operation (docs/prices.md has the names); the others stay as published. */
  readonly own?: Readonly<Partial<Record<OperationName, OwnPrice>>> | undefined;
}

/** What every operation takes at each level, and the level that clocks go by. Made by `pricesOf`. */
export interface Prices {
  /** The level that the clock goes by, and that results are told at. */
  readonly level: PriceLevel;
  /** Nanoseconds by slot. */
  readonly ns: Readonly<Record<PriceLevel, Float64Array>>;
}

/** Clocks count nanoseconds up to here: 104 days. */
const LONGEST_NS: number = Number.MAX_SAFE_INTEGER;

export const PUBLISHED: Prices = Object.freeze({ level: 'typical', ns: PRICE_NS });

function figures(name: string, own: OwnPrice): readonly [number, number, number] {
  const argument = `price of ${name}`;
  if (typeof own === 'number') {
    expectNumber(argument, own, 0, LONGEST_NS);
    return [own, own, own];
  }
  const { lowNs, typicalNs, highNs } = expectObject(argument, own);
  expectNumber(`${argument}: low`, lowNs, 0, LONGEST_NS);
  expectNumber(`${argument}: typical`, typicalNs, lowNs, LONGEST_NS);
  expectNumber(`${argument}: high`, highNs, typicalNs, LONGEST_NS);
  return [lowNs, typicalNs, highNs];
}

/**
 * The published prices with some replaced: `pricesOf({ level: 'high', own: { functionInit: 35e6 } })`. An unknown operation or
 * level, and figures that are no range, are a RefusedArgument.
 */
export function pricesOf(choice: PriceChoice = {}): Prices {
  const { level = 'typical', own = {} } = expectObject('prices', choice);
  expectObject('own prices', own);
  expectName('level of prices', level, PRICE_LEVELS);
  const [low, typical, high] = PRICE_LEVELS.map((one) => PRICE_NS[one].slice()) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (const [name, price] of Object.entries(own)) {
    const slot = PRICE_INDEX[expectName('price', name as OperationName, PRICE_NAMES)];
    [low[slot], typical[slot], high[slot]] = figures(name, price);
  }
  return { level, ns: { low, typical, high } };
}
