import { describe, expect, it } from 'vitest';
import { svgFile, svgIn } from '../../../../src/report/figure/draw.ts';
import { figuresOf } from '../../../../src/report/figure/figures.ts';
import { LIGHT, colourNames } from '../../../../src/report/figure/look.ts';
import { wholeRun } from '../../../support/browser.ts';

const { results, details } = wholeRun();
const look = {
  theme: LIGHT,
  width: 700,
  systems: results.systems.map(({ name }) => name),
  hidden: new Set<string>(),
};
const figures = figuresOf(results, details);

describe('a picture in the page', () => {
  it('has classes in place of colours, so that the page can be dark', () => {
    for (const figure of figures) {
      const svg = svgIn(figure, look);
      for (const colour of colourNames(LIGHT).values())
        expect(svg, figure.id).not.toContain(colour);
      expect(svg).not.toMatch(/ style=| zr\d/);
    }
  });

  it('has areas in short paths, and no lines that are not seen', () => {
    const area = figures.find(({ id }) => id === 'memory-0')!;
    const svg = svgIn(area, look);
    expect(svg).toMatch(/class="f-c3" d="M[\d.]+ [\d.]+(?:[HV][\d.]+){20}[^"]*Z"/);
    expect(svg).not.toContain('stroke-width="0"');
  });

  it('rounds where things are, and no number that is said', () => {
    const shares = {
      ...figures[0]!,
      spec: {
        kind: 'points',
        x: { label: 'share', unit: 'share' },
        y: { label: 'count', unit: 'count' },
        points: [
          { name: 'mcpv-czone', x: 0.0003, y: 1 },
          { name: 'mcpv-static', x: 0.0013, y: 2 },
        ],
      },
    } as const;
    const svg = svgIn(shares, look);
    const labels = [...svg.matchAll(/>(\d[\d.]* %)</g)].map(([, label]) => label as string);
    expect(labels.length).toBeGreaterThan(2);
    expect(new Set(labels).size).toBe(labels.length);
    expect(svg).not.toMatch(/ (?:x|y|d)="[^"]*\d\.\d{2}/);
  });

  it('is equal for equal figures', () => {
    expect(svgIn(figures[0]!, look)).toBe(svgIn(figures[0]!, look));
  });

  it('has steps along an axis in one coordinate', () => {
    const memory = figures.find(({ id }) => id === 'memory')!;
    expect(svgIn(memory, look)).toMatch(/d="M[\d.]+ [\d.]+(?:[HV][\d.]+){20}/);
  });
});

it('a picture as a file has its title, its legend and its colours', () => {
  const memory = figures.find(({ id }) => id === 'memory')!;
  const svg = svgFile(memory, look);
  expect(svg).toContain('Host memory over time');
  expect(svg).toContain('mcpv-czone');
  expect(svg).toContain(LIGHT.systems[1]);
});
