import { describe, expect, it } from 'vitest';
import { LIGHT } from '../../../../src/report/figure/look.ts';
import type { Figure, Spec } from '../../../../src/report/figure/spec.ts';
import { holding, tipOf } from '../../../../src/report/live/tip.ts';

const LOOK = { theme: LIGHT, width: 900, systems: ['a', 'b'], hidden: new Set(['hidden']) };

function figure(spec: Spec): Figure {
  return { id: 'one', title: 'One', note: 'One.', spec };
}

describe('what a figure says at a place', () => {
  it('is what held there, of all that is not hidden, largest first', () => {
    const lines = ['a', 'b', 'hidden'].map((name, at) => ({ name, y: [at, 10 * at, 100 * at] }));
    const { head, lines: told } = tipOf(
      figure({
        kind: 'lines',
        palette: 'systems',
        x: { label: 'x', unit: 'minutes' },
        y: { label: 'y', unit: 'count' },
        at: [0, 5, 65],
        lines,
      }),
      LOOK,
      { axisValue: 64.5 },
    );
    expect(head).toBe('1:04');
    expect(told.map(({ name, text }) => `${name} ${text}`)).toEqual(['b 10', 'a 0']);
  });

  it('is the parts of a bar and their sum', () => {
    const parts = [
      { name: 'clone', values: [1, 2] },
      { name: 'wait', values: [0, 4] },
    ];
    const spec: Spec = {
      kind: 'bars',
      palette: 'steps',
      x: { label: '', unit: 'ms' },
      rows: ['a', 'b'],
      parts,
    };
    const { lines } = tipOf(figure(spec), LOOK, { axisValue: 'b' });
    expect(lines.map(({ name, text }) => `${name} ${text}`)).toEqual([
      'clone 2 ms',
      'wait 4 ms',
      'all 6 ms',
    ]);
  });

  it('holds from an instant to the next', () => {
    expect([-1, 0, 4, 5, 9].map((x) => holding([0, 5], x))).toEqual([0, 0, 0, 1, 1]);
  });
});
