import { describe, expect, it } from 'vitest';
import { pricesFrom, readPrices } from '../../../src/experiment/prices.ts';
import { testFolder } from '../../support/folder.ts';

const at = testFolder();

function read(content: string): ReturnType<typeof readPrices> {
  return readPrices(at('prices.yaml', content));
}

describe('a file of prices', () => {
  it('has one figure or three, with units', () => {
    const own = read('functionInit: 35ms\nvmExit: { low: 900ns, typical: 1.2us, high: 2us }');
    expect(pricesFrom(own)).toEqual({
      functionInit: 35e6,
      vmExit: { lowNs: 900, typicalNs: 1200, highNs: 2000 },
    });
  });

  it.each([
    ['an unknown operation', 'functionInt: 1ms', /:1:1: .*did you mean functionInit\?/],
    ['a figure without a unit', 'vmExit: 3', /:1:9: vmExit: expected a price with its unit.*3$/],
    ['two of three figures', 'vmExit: {low: 1ns, high: 2ns}', /vmExit.typical: .*found nothing/],
    [
      'low above typical',
      'vmExit: {low: 3ns, typical: 2ns, high: 4ns}',
      /:1:15: vmExit.low: expected at most typical \(2ns\), found "3ns"$/,
    ],
    [
      'high below typical',
      'vmExit: {low: 1ns, typical: 2us, high: 4ns}',
      /vmExit.high: expected typical \(2us\) or more, found "4ns"$/,
    ],
    [
      'an unknown column',
      'vmExit: {low: 1ns, typical: 2us, high: 4us, hihg: 1us}',
      /vmExit: expected a key of low, typical, high \(did you mean high\?\), found "hihg"/,
    ],
  ])('refuses %s', (_, content, line) => {
    expect(() => read(content)).toThrow(line);
  });
});
