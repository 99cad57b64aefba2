import { describe, expect, it } from 'vitest';
import { resultsTable } from '../../../src/report/formats/table.ts';
import type { PriceEffects, Results } from '../../../src/report/results.ts';
import { parseResults } from '../../../src/report/schema.ts';
import { sensitivityText } from '../../../src/report/sensitivity.ts';
import { results } from '../../support/report.ts';

const INIT: PriceEffects = {
  price: 'functionInit',
  lowNs: 20e6,
  baseNs: 35e6,
  highNs: 60e6,
  movesClock: true,
  isPlayed: false,
  swing: 0.5,
  effects: [
    { system: 'scpv-template', startupMs: [68.4, 83.6] },
    { system: 'mcpv-czone', startupMs: [19, 39.9], cpuMs: [1250, 1250.1] },
  ],
  flips: [],
};

function told(...prices: PriceEffects[]): Results {
  return { ...results(), sensitivity: { tolerance: 0.01, prices } };
}

describe('sensitivity in words', () => {
  it('has the farthest that any system goes, and what is not in it', () => {
    const text = sensitivityText(parseResults(told(INIT)));
    expect(text).toMatch(/^price +range +start-up +sandbox +GiB·s +slowdown +CPU +flips$/m);
    expect(text).toMatch(/^functionInit \* +20 ms - 60 ms +-50\.0 % \+10\.0 %$/m);
    expect(text).toMatch(/^\* moves the clock/m);
    expect(text).toContain('no order of two systems turns, by more than 1 %');
    expect(resultsTable(told(INIT)).endsWith(text)).toBe(true);
  });

  it('names each order that turns', () => {
    const flip = { figure: 'startupMs', at: 'high', better: 'a', worse: 'b' } as const;
    const flips = [{ ...flip, ratio: 1.5, after: 0.8 }];
    const text = sensitivityText(told({ ...INIT, isPlayed: true, flips }));
    expect(text).toContain("functionInit at its high end: start-up of b is 0.8 of a's, not 1.5\n");
    expect(text).not.toContain('moves the clock');
  });

  it('is not there for a run that was not asked', () => {
    expect(sensitivityText(results())).toBe('');
  });
});
