import { describe, expect, it } from 'vitest';
import { DARK, LIGHT, colourNames, strokeOf } from '../../../../src/report/figure/look.ts';

/** As WCAG has it. */
function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

describe.each([LIGHT, DARK])('a theme', (theme) => {
  it('has colours that are seen on its paper, and text that is read on it', () => {
    for (const colour of [...theme.systems, ...theme.causes, ...theme.steps]) {
      expect(contrast(colour, theme.paper), colour).toBeGreaterThanOrEqual(2.95);
    }
    for (const colour of [theme.ink, theme.muted])
      expect(contrast(colour, theme.paper)).toBeGreaterThan(4.5);
  });

  it('names each colour once', () => {
    expect(new Set(colourNames(theme).values()).size).toBe(colourNames(theme).size);
  });
});

it('20 systems differ in colour or dashes', () => {
  const systems = Array.from({ length: 20 }, (_, at) => `system ${at}`);
  const strokes = systems.map((name) =>
    JSON.stringify(strokeOf(LIGHT, 'systems', { systems }, name, 0)),
  );
  expect(new Set(strokes).size).toBe(20);
});
