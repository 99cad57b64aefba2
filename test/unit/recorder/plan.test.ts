import { describe, expect, it } from 'vitest';
import { planOf } from '../../../src/recorder/plan.ts';

describe('a plan of sizes over time', () => {
  it('is times and sizes, in order', () => {
    expect(planOf('--balloon', '5s:256M, 12.5s:1G')).toEqual([
      { atMs: 5000, mib: 256 },
      { atMs: 12_500, mib: 1024 },
    ]);
  });

  it.each(['', '5s', '5:256M', '5s:256', '-1s:1M', '5s:1M,'])('is refused as %j', (text) => {
    expect(() => planOf('--balloon', text)).toThrow('--balloon: expected TIME:SIZE');
  });

  it('is refused where time runs backwards', () => {
    expect(() => planOf('--balloon', '5s:1M,4s:2M')).toThrow('do not run backwards');
  });
});
