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

/** Full loss of one kind of cone, on linear light (Machado, Oliveira and Fernandes 2009). */
const EYES: Readonly<Record<string, readonly number[]>> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [
    0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
  ],
  deutan: [
    0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881,
  ],
  tritan: [
    1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039,
  ],
};

function times(matrix: readonly number[], [a, b, c]: readonly number[]): number[] {
  return [0, 3, 6].map((at) => matrix[at]! * a! + matrix[at + 1]! * b! + matrix[at + 2]! * c!);
}

/** Björn Ottosson's OKLab, in which equal distances look equally far. */
function oklab(colour: string, eye: readonly number[]): number[] {
  const light = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const seen = times(eye, light).map((part) => Math.min(1, Math.max(0, part)));
  const cones = times(
    [
      0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566,
      0.0883024619, 0.2817188376, 0.6299787005,
    ],
    seen,
  );
  return times(
    [
      0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099,
      0.0259040371, 0.7827717662, -0.808675766,
    ],
    cones.map(Math.cbrt),
  );
}

function distance(one: string, other: string, eye: readonly number[]): number {
  const [a, b] = [oklab(one, eye), oklab(other, eye)];
  return Math.hypot(...a.map((value, at) => value - b[at]!));
}

/** A difference of 0.02 is just seen. */
describe.each(Object.entries(EYES))('for %s eyes', (_name, eye) => {
  it.each([
    ['light', LIGHT],
    ['dark', DARK],
  ])('colours of a %s list are apart, and those of parts that touch farther', (_theme, theme) => {
    for (const [name, least] of [
      ['systems', 0.055],
      ['steps', 0.055],
      ['causes', 0.04],
    ] as const) {
      const list = theme[name];
      list.forEach((one, at) => {
        for (const other of list.slice(at + 1))
          expect(distance(one, other, eye), `${one} ${other}`).toBeGreaterThan(least);
        const next = list[at + 1];
        if (name !== 'systems' && next !== undefined)
          expect(distance(one, next, eye), `${one} ${next}`).toBeGreaterThan(0.07);
      });
    }
  });
});

it('parts of bars are dark or light enough for the text on them', () => {
  for (const { causes, steps, onPart } of [LIGHT, DARK]) {
    for (const colour of [...causes, ...steps])
      expect(contrast(colour, onPart), colour).toBeGreaterThanOrEqual(4.5);
  }
});
