import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRICE_LEVELS } from '../../../src/cost/price.ts';
import { PRICE_NAMES, PRICES } from '../../../src/cost/prices.ts';
import type { Operations } from '../../../src/cost/names.ts';
import { addRecord, costBySideNs, costNs, receiptOf } from '../../../src/cost/receipt.ts';

const records: fc.Arbitrary<Operations> = fc.dictionary(
  fc.constantFrom(...PRICE_NAMES),
  fc.integer({ min: 1, max: 1_000_000 }),
);

describe('receipt', () => {
  it('costs counts times prices', () => {
    const receipt = receiptOf({ vmExit: 3, pageMigrate: 1 });
    for (const level of PRICE_LEVELS) {
      const key = `${level}Ns` as const;
      expect(costNs(receipt, level)).toBe(3 * PRICES.vmExit[key] + PRICES.pageMigrate[key]);
    }
  });

  it('adds: the cost of a sum is the sum of the costs', () => {
    fc.assert(
      fc.property(records, records, fc.constantFrom(...PRICE_LEVELS), (a, b, level) => {
        const sum = receiptOf(a);
        addRecord(sum, b);
        const parts = costNs(receiptOf(a), level) + costNs(receiptOf(b), level);
        expect(Math.abs(costNs(sum, level) - parts)).toBeLessThanOrEqual(parts * 1e-12);
        const sides = costBySideNs(sum, level);
        expect(Math.abs(sides.guest + sides.host - parts)).toBeLessThanOrEqual(parts * 1e-12);
      }),
    );
  });

  it('never costs less at higher prices', () => {
    fc.assert(
      fc.property(records, (record) => {
        const receipt = receiptOf(record);
        expect(costNs(receipt, 'typical')).toBeGreaterThanOrEqual(costNs(receipt, 'low'));
        expect(costNs(receipt, 'high')).toBeGreaterThanOrEqual(costNs(receipt, 'typical'));
      }),
    );
  });

  it('refuses an operation without a price', () => {
    expect(() => receiptOf({ teleport: 1 } as Operations)).toThrow(
      /operations: expected names that have a price, found "teleport"/,
    );
  });
});
