import { describe, expect, it } from 'vitest';
import { figuresOf, tornadoFigures } from '../../../../src/report/figure/figures.ts';
import { LIGHT } from '../../../../src/report/figure/look.ts';
import { heightOf, optionOf } from '../../../../src/report/figure/option.ts';
import { wholeRun } from '../../../support/browser.ts';

const { results, details } = wholeRun();
const figures = [...figuresOf(results, details), ...tornadoFigures(results, details)];
const systems = results.systems.map(({ name }) => name);
const look = { theme: LIGHT, width: 900, systems, hidden: new Set<string>() };

describe('pictures', () => {
  it.each(figures.map((figure) => [figure.id, figure] as const))(
    '%s has one, and room for it',
    (_id, figure) => {
      expect((optionOf(figure, look)['series'] as unknown[]).length).toBeGreaterThan(0);
      expect(heightOf(figure, look)).toBeGreaterThanOrEqual(90);
      expect(heightOf(figure, { ...look, isAlone: true })).toBeGreaterThan(heightOf(figure, look));
    },
  );

  it('are without the systems that are hidden', () => {
    const memory = figures.find(({ id }) => id === 'memory')!;
    const names = (hidden: string[]): unknown[] =>
      (optionOf(memory, { ...look, hidden: new Set(hidden) })['series'] as { name: string }[]).map(
        ({ name }) => name,
      );
    expect(names(['mcpv-czone'])).toEqual(['scpv-template', 'mcpv-static']);
  });
});
