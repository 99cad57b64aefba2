import { describe, expect, it } from 'vitest';
import { PUBLISHED, pricesOf } from '../../../src/cost/price-set.ts';
import { PRICE_INDEX, PRICE_NS } from '../../../src/cost/prices.ts';

function three(name: keyof typeof PRICE_INDEX, { ns } = pricesOf()): number[] {
  return [ns.low, ns.typical, ns.high].map((column) => column[PRICE_INDEX[name]] as number);
}

describe('prices of a run', () => {
  it('are as published, at typical level, when nothing is chosen', () => {
    expect(pricesOf()).toEqual(PUBLISHED);
  });

  it('are replaced by one figure at all levels, or by three', () => {
    const own = pricesOf({
      level: 'low',
      own: { vmExit: 7, functionInit: { lowNs: 1, typicalNs: 2, highNs: 3 } },
    });
    expect(own.level).toBe('low');
    expect(three('vmExit', own)).toEqual([7, 7, 7]);
    expect(three('functionInit', own)).toEqual([1, 2, 3]);
    expect(three('pageMigrate', own)).toEqual(three('pageMigrate'));
  });

  it('leave the published ones alone', () => {
    const before = PRICE_NS.typical[PRICE_INDEX.vmExit];
    pricesOf({ own: { vmExit: 0 } });
    expect(PRICE_NS.typical[PRICE_INDEX.vmExit]).toBe(before);
  });

  it('refuse an unknown operation with the nearest word', () => {
    const own = { functionInt: 5 } as object;
    expect(() => pricesOf({ own })).toThrow(/did you mean functionInit\?.*found "functionInt"/);
  });

  it.each([
    ['below zero', -1],
    ['not a number', Number.NaN],
    ['endless', Infinity],
    ['low above typical', { lowNs: 2, typicalNs: 1, highNs: 3 }],
    ['typical above high', { lowNs: 1, typicalNs: 4, highNs: 3 }],
    ['of two figures', { lowNs: 1, typicalNs: 4 } as never],
  ])('refuse a price that is %s', (_, vmExit) => {
    expect(() => pricesOf({ own: { vmExit } })).toThrow(/price of vmExit.*: expected .*, found/);
  });

  it('refuse an unknown level', () => {
    expect(() => pricesOf({ level: 'hihg' as 'high' })).toThrow(/did you mean high\?/);
  });
});
