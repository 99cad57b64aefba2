import { describe, expect, it } from 'vitest';
import { legendHtml, numbersHtml, tableHtml } from '../../../../src/report/page/html.ts';
import type { LinesSpec } from '../../../../src/report/figure/spec.ts';

const AXIS = { label: '', unit: 'number' as const };

describe('a table', () => {
  const rows = [
    [{ value: '<a>' }, { value: 2, unit: 'ms' as const }],
    [{ value: 'b' }, { value: 1, unit: 'ms' as const }],
  ];

  it('names its columns and rows for readers of the screen, and escapes them', () => {
    const html = tableHtml('All', [{ head: 'system' }, { head: 'start-up' }], rows);
    expect(html).toContain('<caption>All</caption>');
    expect(html).toContain('<th scope="row">&lt;a&gt;</th>');
    expect(html.match(/<th scope="col">/g)).toHaveLength(2);
  });

  it('marks the best of a column, unless all are equal', () => {
    const best = (of: typeof rows): string[] =>
      tableHtml('', [{ head: '' }, { head: '', best: 'least' }], of).match(/class="best">[^<]+/g) ??
      [];
    expect(best(rows)).toEqual(['class="best">1 ms']);
    expect(best([rows[0]!, rows[0]!])).toEqual([]);
  });
});

describe('a figure', () => {
  const spec: LinesSpec = {
    kind: 'lines',
    palette: 'systems',
    x: AXIS,
    y: AXIS,
    at: [1],
    lines: [{ name: 'a', y: [1] }],
  };

  it('says how each system is drawn', () => {
    expect(legendHtml(spec, ['z', 'a'])).toMatch(/data-system="a"><svg[^>]*><path class="k-s1"/);
  });

  it('leaves long tables to the script', () => {
    const long = Array.from({ length: 400 }, (_, at) => at);
    const figure = { id: 'x', title: 'X', note: '', spec };
    expect(numbersHtml(figure)).toContain('<table');
    expect(
      numbersHtml({ ...figure, spec: { ...spec, at: long, lines: [{ name: 'a', y: long }] } }),
    ).toContain('400 rows');
  });
});
