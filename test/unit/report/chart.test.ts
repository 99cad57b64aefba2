import { expect, it } from 'vitest';
import { footprintAreas, peakBytes } from '../../../src/report/chart.ts';
import type { TimeSeries } from '../../../src/report/detail.ts';
import { series } from '../../support/report.ts';

function long(spikeRow?: number): TimeSeries {
  const one = series('s', 20_000);
  const flat = new Float64Array(20_000).fill(1e8);
  if (spikeRow !== undefined) flat[spikeRow] = 9e8;
  return { ...one, columns: { anonymous: flat } };
}

it('thins a long series but keeps a spike of one sample', () => {
  const flat = footprintAreas('a', long(), 1e9);
  for (const row of [0, 777, 19_999]) {
    expect(footprintAreas('a', long(row), 1e9)).not.toBe(flat);
  }
  expect(flat.length).toBeLessThan(200_000);
});

it('gives a cause the same colour wherever it stands', () => {
  const { tMs, columns } = series('s');
  const alone = { system: 's', tMs, columns: { anonymous: columns['anonymous']! } };
  expect(footprintAreas('a', alone, 1e9)).toContain('#cc79a7');
  expect(footprintAreas('a', series('s'), 1e9)).toContain('#cc79a7');
});

it('finds the peak of the total, not of a column', () => {
  const columns = { a: Float64Array.of(5, 0, 3), b: Float64Array.of(0, 5, 4) };
  expect(peakBytes({ system: 's', tMs: Float64Array.of(0, 1, 2), columns })).toBe(7);
});
