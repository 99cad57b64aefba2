// Prices of one's own in a file: `OPERATION: 35ms`, or `OPERATION: { low: 20ms, typical: 35ms, high: 60ms }`.

import * as z from 'zod/mini';
import { type OwnPrice, PRICE_NAMES, type PriceChoice } from '../replay/index.ts';
import { readDocument } from './document.ts';
import { priceNsOf } from './quantity.ts';
import { either, group, text } from './shape.ts';

const price: z.ZodMiniType<string> = text('a price with its unit, such as 35ms', priceNsOf);

interface Range {
  readonly low: string;
  readonly typical: string;
  readonly high: string;
}

export type PriceText = string | Range;

function expectRange({ low, typical, high }: Range, context: z.core.$RefinementCtx): void {
  const [lowNs, typicalNs, highNs] = [low, typical, high].map(priceNsOf) as [
    number,
    number,
    number,
  ];
  const say = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  if (lowNs > typicalNs) say('low', `expected at most typical (${typical}), found "${low}"`);
  if (highNs < typicalNs) say('high', `expected typical (${typical}) or more, found "${high}"`);
}

const range = z
  .strictObject(
    { low: price, typical: price, high: price },
    { error: ({ code }) => (code === 'unrecognized_keys' ? 'low, typical, high' : undefined) },
  )
  .check(z.superRefine(expectRange));

const ownPrice: z.ZodMiniType<PriceText> = either(price, range);

export type OwnPrices = Readonly<Record<string, PriceText>>;

/** By operation. */
export const ownPrices: z.ZodMiniType<OwnPrices> = group(
  Object.fromEntries(PRICE_NAMES.map((name) => [name, ownPrice])),
) as never;

function ownPriceOf(value: PriceText): OwnPrice {
  if (typeof value === 'string') return priceNsOf(value);
  const { low, typical, high } = value;
  return { lowNs: priceNsOf(low), typicalNs: priceNsOf(typical), highNs: priceNsOf(high) };
}

/** As the library takes them. */
export function pricesFrom(own: OwnPrices): NonNullable<PriceChoice['own']> {
  return Object.fromEntries(Object.entries(own).map(([name, one]) => [name, ownPriceOf(one)]));
}

/** Prices of one's own, as the file has them. Throws ExperimentError. */
export function readPrices(file: string): OwnPrices {
  return readDocument(file, ownPrices);
}
