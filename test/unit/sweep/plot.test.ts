import { describe, expect, it } from 'vitest';
import { effectsOf } from '../../../src/sweep/effects.ts';
import { choicesOf } from '../../../src/sweep/pareto.ts';
import { frontPlot, intervalPlot, ticks } from '../../../src/sweep/plot.ts';
import { row } from '../../support/rows.ts';

describe('ticks', () => {
  it('are round and reach over the largest value', () => {
    expect(ticks(93)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticks(0.5)).toEqual([0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5]);
    expect(ticks(0)).toEqual([0]);
  });
});

describe('pictures', () => {
  const rows = [
    row({ k: '<a>' }, 1, 's', 10, 100),
    row({ k: '<a>' }, 2, 's', 12, 110),
    row({ k: 'b' }, 1, 's', 20, 200),
    row({ k: 'b' }, 2, 's', 26, 210),
  ];

  it('have a point a choice with its name, and say what is on the front', () => {
    const svg = frontPlot('f', 'Front', choicesOf(rows), ['#123456']);
    expect(svg.match(/<circle /g)).toHaveLength(2);
    expect(svg).toContain('<title>k=&lt;a&gt; s: 11 ms, 105 GiB·s</title>');
    expect(svg).toContain('On the front: k=&lt;a&gt; s. ');
    expect(svg.match(/fill="#123456" stroke/g)).toHaveLength(1);
    expect(svg).toContain('aria-labelledby="f-title f-desc"');
    expect(svg).not.toContain('NaN');
  });

  it('have an interval a value but the first', () => {
    const svg = intervalPlot('e', 'k', effectsOf(rows, ['k']));
    expect(svg.match(/<circle /g)).toHaveLength(2);
    expect(svg).toContain('b, s</text>');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
