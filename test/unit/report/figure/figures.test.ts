import { describe, expect, it } from 'vitest';
import {
  figuresOf,
  slowdownFigures,
  stepFigure,
  tornadoFigures,
} from '../../../../src/report/figure/figures.ts';
import { tableOf } from '../../../../src/report/figure/spec.ts';
import { wholeRun } from '../../../support/browser.ts';
import { results, system } from '../../../support/report.ts';

describe('figures', () => {
  const { results: record, details } = wholeRun();
  const figures = figuresOf(record, details);

  it('have names of their own, titles and descriptions', () => {
    expect(new Set(figures.map(({ id }) => id)).size).toBe(figures.length);
    for (const { title, note } of figures)
      expect([title, note.endsWith('.')]).toEqual([title, true]);
  });

  it('have the numbers of the record', () => {
    const causes = tableOf(figures.find(({ id }) => id === 'causes')!.spec);
    const totals = causes.rows.map((row) => Number(row.at(-1)!.value));
    record.systems.forEach(({ footprintBytes }, at) => {
      expect(totals[at]! / footprintBytes.mean).toBeCloseTo(1, 5);
    });
    const steps = tableOf(stepFigure(record)[0]!.spec);
    expect(steps.rows.map((row) => row.at(-1)!.value)).toEqual(
      record.systems.map(({ startupMs }) => startupMs.mean),
    );
  });

  it('are without what a run has no record of', () => {
    const ids = figuresOf(results(system('one')), {}).map(({ id }) => id);
    expect(ids).toEqual(['steps', 'causes', 'containers', 'vms', 'waste']);
  });

  it('of slowdown say which share of calls was held up by at least so much', () => {
    const [figure] = slowdownFigures(details);
    const { rows } = tableOf(figure!.spec);
    const [, by, share] = rows[0]!.map(({ value }) => Number(value));
    expect(by).toBeCloseTo(0.01, 9);
    expect(share).toBe(0.75);
  });

  it('of prices are changes in percent of what is now', () => {
    const [figure] = tornadoFigures(record, details);
    const base = record.systems[0]!.startupMs.mean;
    expect(figure!.spec).toMatchObject({ rows: [{ name: 'functionInit' }] });
    const { rows } = tableOf(figure!.spec);
    expect(Number(rows[0]![1]!.value)).toBeCloseTo(100 * (60 / base - 1), 3);
  });
});
