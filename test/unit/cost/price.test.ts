import { describe, expect, it } from 'vitest';

import {
  oneFigure,
  priceNs,
  SINGLE_FIGURE_SPREAD,
  threeFigures,
  twoFigures,
} from '../../../src/cost/price.ts';

const TEXT = { name: 'op', unit: 'page', side: 'host', source: '[E] here' } as const;

describe('a price', () => {
  it('of one figure is as wide as published figures for one work are: a factor of 2.5', () => {
    const price = oneFigure(TEXT, 1000);
    expect([price.lowNs, price.typicalNs, price.highNs]).toEqual([632, 1000, 1580]);
    expect(price.highNs / price.lowNs).toBeCloseTo(2.5, 2);
    expect(SINGLE_FIGURE_SPREAD ** 2).toBeCloseTo(2.5, 12);
  });

  it('of two figures has them as ends and their geometric mean between', () => {
    const price = twoFigures(TEXT, 100, 400);
    expect([price.lowNs, price.typicalNs, price.highNs]).toEqual([100, 200, 400]);
    // Three significant digits.
    expect(twoFigures(TEXT, 2, 3).typicalNs).toBe(2.45);
  });

  it('of three figures is what was given', () => {
    expect(threeFigures(TEXT, [1.2345, 2, 9])).toMatchObject({ lowNs: 1.2345, typicalNs: 2 });
  });

  it('keeps its text, and cannot be changed', () => {
    for (const price of [
      oneFigure(TEXT, 1),
      twoFigures(TEXT, 1, 2),
      threeFigures(TEXT, [1, 2, 3]),
    ]) {
      expect(price).toMatchObject(TEXT);
      expect(Object.isFrozen(price)).toBe(true);
    }
  });

  it('has a figure for each level', () => {
    const price = threeFigures(TEXT, [1, 2, 3]);
    expect([priceNs(price, 'low'), priceNs(price, 'typical'), priceNs(price, 'high')]).toEqual([
      1, 2, 3,
    ]);
  });
});
