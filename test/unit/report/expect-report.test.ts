import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { expectReport } from '../../../src/report/expect-report.ts';
import { FORMATS, ResultsError, reportHtml } from '../../../src/report/index.ts';

const NONE: readonly unknown[] = [undefined, null, 5, 'x', 5n, [], {}, { results: 5 }];

describe('a report that is none', () => {
  it('is refused', () => {
    for (const none of NONE) expect(() => expectReport(none as never)).toThrow(RefusedArgument);
    const wrong = { results: {}, details: {} };
    expect(() => expectReport(wrong as never)).toThrow(ResultsError);
  });

  it('is refused by every format, in words', () => {
    for (const { render } of FORMATS) {
      for (const none of NONE) expect(() => render(none as never)).toThrow(RefusedArgument);
    }
  });

  it('is refused before a page of it is made', async () => {
    await expect(reportHtml({} as never)).rejects.toThrow(ResultsError);
    await expect(reportHtml({} as never, { maps: 5 } as never)).rejects.toThrow(
      'report.details.maps: expected a list, found 5',
    );
  });
});

it.each([
  ['cdfs.reclaimMs: expected a list', { cdfs: { reclaimMs: new Map() } }],
  [
    'cdfs.startupMs[0].share: expected a typed array',
    { cdfs: { startupMs: [{ system: 'a', values: new Float64Array() }] } },
  ],
  [
    'levels[0].figures.startupMs.length: expected 3',
    { levels: [{ system: 'a', figures: { startupMs: [1] } }] },
  ],
  [
    'series[0].columns.a: expected a typed array',
    { series: [{ system: 'a', tMs: new Float64Array(), columns: { a: {} } }] },
  ],
  [
    'maps[0].instants[0].frames[0].length',
    {
      maps: [
        {
          name: 'a',
          zones: [],
          owners: [],
          start: 0,
          count: 0,
          cellFrames: 1,
          instants: [{ atMs: 0, frames: [[1]], cells: '' }],
        },
      ],
    },
  ],
  [
    'keepAlives[0].cold: expected a whole number',
    { keepAlives: [{ policy: 'a', isOwn: true, cold: -1 }] },
  ],
  [
    'cdfs.startupMs: expected 2 shares, found 1',
    {
      cdfs: {
        startupMs: [{ system: 'a', values: new Float64Array(2), share: new Float64Array(1) }],
      },
    },
  ],
  ['cdfs: expected plain data, found object', { cdfs: new URL('x:y') }],
  ['more: expected plain data, found object', { more: [5n] }],
  ['sentences.a: expected text', { sentences: { a: Symbol('x') } }],
])('details are looked at to their ends: %s', (fault, details) => {
  expect(() => expectReport({ results: {}, details } as never)).toThrow(`report.details.${fault}`);
});

it('what is more is plain data, and nothing is asked of it', () => {
  const details = { cdfs: { more: 5 }, other: [{ a: new Float64Array(2) }] };
  expect(() => expectReport({ results: {}, details } as never)).toThrow(ResultsError);
});

it('what prices decide is looked at by its schema', () => {
  const details = { sensitivity: { tolerance: 1, prices: [{ price: { a: 1 } }] } };
  expect(() => expectReport({ results: {}, details } as never)).toThrow(ResultsError);
});
