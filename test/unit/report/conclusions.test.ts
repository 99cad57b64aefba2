import { describe, expect, it } from 'vitest';
import { conclusionsOf, holds } from '../../../src/report/conclusions.ts';
import { levels } from '../../support/report.ts';

function holding(low: number, typical: number, high: number): boolean {
  return holds({ figure: 'cpuMs', system: 'b', first: 'a', low, typical, high });
}

describe('conclusions', () => {
  it('compare each later system with the first, at each price level', () => {
    const found = conclusionsOf([levels('first', [1, 1, 1]), levels('second', [0.5, 0.75, 2])]);
    expect(found[0]).toEqual({
      figure: 'startupMs',
      system: 'second',
      first: 'first',
      low: 0.5,
      typical: 0.75,
      high: 2,
    });
    expect(found).toHaveLength(6);
  });

  it('leave out ratios to nothing', () => {
    const found = conclusionsOf([levels('first', [0, 0, 0]), levels('second', [1, 1, 1])]);
    expect(found.map(({ figure }) => figure)).toEqual(['slowdown']);
  });

  it('hold when no two of the three are on different sides of 1 by more than 1 %', () => {
    expect(holding(0.5, 0.7, 0.99)).toBe(true);
    expect(holding(1.5, 1.2, 1.1)).toBe(true);
    expect(holding(0.5, 0.7, 1.005)).toBe(true);
    expect(holding(0.5, 0.7, 1.02)).toBe(false);
  });
});
