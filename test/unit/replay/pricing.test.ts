import { describe, expect, it } from 'vitest';

import {
  costNs,
  newReceipt,
  PRICE_INDEX,
  PRICES,
  PUBLISHED,
  pricesOf,
  type OperationName,
  type PriceLevel,
} from '../../../src/cost/index.ts';
import { addToReceipt, LEVELS, Pricing } from '../../../src/replay/pricing.ts';
import {
  COUNTED_PAGES,
  COUNT_HOST_FAULTS,
  COUNT_SLOTS,
  newCounts,
  type Counts,
} from '../../../src/serverless/index.ts';

const PRICING = new Pricing(PUBLISHED);
const TYPICAL = PRICING.clockLevel;

function counts(...entries: [slot: number, count: number][]): Counts {
  const made = newCounts();
  for (const [slot, count] of entries) made[slot] = count;
  return made;
}

function figure(name: OperationName, level: PriceLevel): number {
  const { lowNs, typicalNs, highNs } = PRICES[name];
  return { low: lowNs, typical: typicalNs, high: highNs }[level];
}

describe('levels', () => {
  it('are low, typical and high, and the clock goes by the middle one unless told otherwise', () => {
    expect([LEVELS, LEVELS[TYPICAL]]).toEqual([['low', 'typical', 'high'], 'typical']);
    expect(new Pricing(pricesOf({ level: 'high' })).clockLevel).toBe(2);
  });
});

it('prices of one’s own are what counted pages, blocks and operations cost', () => {
  const own = new Pricing(pricesOf({ own: { hostFault4KiB: 5, czonePlug2MiB: 7, vmExit: 11 } }));
  const faults = counts([COUNT_HOST_FAULTS, 3]);
  expect(own.pagesNs(faults, TYPICAL) - PRICING.pagesNs(faults, TYPICAL)).toBeCloseTo(
    3 * (5 - figure('hostFault4KiB', 'typical')),
    6,
  );
  const everything = newCounts().fill(1);
  const ratio = own.blocksNs(everything, 512, TYPICAL) / PRICING.blocksNs(everything, 512, TYPICAL);
  expect(ratio).toBeCloseTo(7 / figure('czonePlug2MiB', 'typical'), 9);
  expect(own.operationsNs({ vmExit: 2 }, TYPICAL)).toBe(22);
});

describe('counted pages', () => {
  it('cost the prices of all operations that a counter stands for, at the level asked', () => {
    for (const [slot, names] of COUNTED_PAGES) {
      LEVELS.forEach((level, index) => {
        const each = names.reduce((sum, name) => sum + figure(name, level), 0);
        expect(PRICING.pagesNs(counts([slot, 7]), index)).toBeCloseTo(7 * each, 6);
      });
    }
  });

  it('add up, and nothing costs nothing', () => {
    const slots = [...COUNTED_PAGES].map(([slot]) => slot);
    const all = counts(...slots.map((slot): [number, number] => [slot, 3]));
    const single = slots.reduce(
      (sum, slot) => sum + PRICING.pagesNs(counts([slot, 3]), TYPICAL),
      0,
    );
    expect(PRICING.pagesNs(all, TYPICAL)).toBeCloseTo(single, 6);
    expect(PRICING.pagesNs(newCounts(), TYPICAL)).toBe(0);
  });
});

describe('a disturbance', () => {
  it('is what the host’s faults cost, and not what the guest’s own do', () => {
    const fault = counts([COUNT_HOST_FAULTS, 5]);
    expect(PRICING.disturbanceNs(fault, 512, TYPICAL)).toBe(PRICING.pagesNs(fault, TYPICAL));
    const everything = newCounts().fill(1);
    const disturbing = PRICING.disturbanceNs(everything, 512, TYPICAL);
    expect(disturbing).toBeLessThan(
      PRICING.pagesNs(everything, TYPICAL) + PRICING.blocksNs(everything, 512, TYPICAL),
    );
    expect(disturbing).toBeGreaterThan(0);
  });
});

describe('operations', () => {
  it('cost their price, each as often as it was done', () => {
    expect(PRICING.operationsNs({ containerCreate: 2 }, TYPICAL)).toBe(
      2 * figure('containerCreate', 'typical'),
    );
    expect(PRICING.operationsNs({}, TYPICAL)).toBe(0);
  });
});

it('a receipt of counts costs what the counts do, at every level', () => {
  const all = newCounts();
  for (let slot = 0; slot < COUNT_SLOTS; slot += 1) all[slot] = slot + 1;
  const receipt = newReceipt();
  addToReceipt(receipt, all, 512);
  LEVELS.forEach((level, index) => {
    const ns = PRICING.pagesNs(all, index) + PRICING.blocksNs(all, 512, index);
    expect(costNs(receipt, level)).toBeCloseTo(ns, 3);
  });
  expect(Object.keys(PRICE_INDEX).length).toBe(receipt.length);
});
