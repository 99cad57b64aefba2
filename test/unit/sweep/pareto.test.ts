import { describe, expect, it } from 'vitest';
import { choicesOf, loadOf } from '../../../src/sweep/pareto.ts';
import { row } from '../../support/rows.ts';

function front(rows: Parameters<typeof choicesOf>[0]): string[] {
  const found = choicesOf(rows).filter(({ isOnFront }) => isOnFront);
  return found.map(({ labels, system }) => [...Object.values(labels), system].join(' '));
}

describe('choices', () => {
  it('are on the front when none is faster and smaller', () => {
    const rows = [
      row({}, 1, 'fast', 10, 90),
      row({}, 1, 'small', 90, 10),
      row({}, 1, 'both', 50, 50),
      row({}, 1, 'beaten', 51, 50),
      row({}, 1, 'equal', 50, 50),
    ];
    expect(front(rows)).toEqual(['fast', 'small', 'both', 'equal']);
  });

  it('are means over their seeds', () => {
    const rows = [row({ k: '1m' }, 1, 's', 10, 4), row({ k: '1m' }, 2, 's', 30, 8)];
    expect(choicesOf(rows)).toMatchObject([
      { labels: { k: '1m' }, system: 's', startup: { mean: 20, count: 2 }, footprint: { mean: 6 } },
    ]);
  });

  it('are rivals under the same load only', () => {
    const rows = [row({ minutes: '1' }, 1, 's', 1, 1), row({ minutes: '9' }, 1, 's', 9, 9)];
    expect(front(rows)).toEqual(['1 s', '9 s']);
    expect(loadOf({ minutes: '1', 'trace.path': 'x', 'hosts.count': '2' })).toEqual({
      minutes: '1',
      'trace.path': 'x',
    });
  });

  it('without a cold start are on no front', () => {
    expect(front([row({}, 1, 'none', Number.NaN, 1), row({}, 1, 's', 5, 5)])).toEqual(['s']);
  });

  it('say how many calls they refused', () => {
    const rows = [2, 4].map((refused, at) => ({ ...row({}, at, 's', 1, 1), refused }));
    expect(choicesOf(rows)).toMatchObject([{ refused: 3 }]);
  });
});
