import { describe, expect, it } from 'vitest';
import { pageHtml } from '../../../src/report/page.ts';
import { details, levels, results, series, system } from '../../support/report.ts';

describe('report.html', () => {
  const page = pageHtml(results(), details());

  it('loads nothing: no script, link, image or address but the SVG name spaces', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object)\b/i);
    expect(page).not.toMatch(/@import|url\(\s*['"]?(?!#)/);
    const addresses = new Set(page.match(/https?:\/\/[^"'\s<]+/g));
    expect([...addresses].toSorted()).toEqual([
      'http://www.w3.org/1999/xlink',
      'http://www.w3.org/2000/svg',
    ]);
    expect(page).toContain("default-src 'none'");
  });

  it('draws a chart for each record', () => {
    expect(page.match(/<svg /g)).toHaveLength(8);
    expect(page).not.toContain('Not shown');
  });

  it('leaves out sections without a record and says so', () => {
    const bare = pageHtml(results());
    expect(bare.match(/<svg /g)).toHaveLength(4); // causes, steps, and how many there were in each system
    expect(bare.match(/Not shown: this run kept no [^.]+\./g)).toEqual([
      'Not shown: this run kept no distribution of start-up times.',
      'Not shown: this run kept no footprint over time.',
      'Not shown: this run kept no results at low and high prices.',
    ]);
  });

  it('names the conclusions that depend on prices, and no others', () => {
    expect(page).toContain('Depends on the prices (marked !): mean slowdown');
    const firm = [levels('a', [1, 1, 1]), levels('b', [2, 3, 4])].map((one) => ({
      ...one,
      figures: { ...one.figures, slowdown: one.figures.cpuMs },
    }));
    expect(pageHtml(results(), { levels: firm })).toContain('stays on its side of 1');
  });

  it('is the same text for the same records', () => {
    expect(pageHtml(results(), details())).toBe(page);
  });

  it('escapes names everywhere', () => {
    const bad = '<b onload="x">&';
    const text = pageHtml(results(system(bad)), { series: [series(bad)] });
    expect(text).not.toContain('<b onload');
    expect(text).toContain('&lt;b onload');
  });

  it('says so when no start was cold', () => {
    const warm = system('warm');
    warm.starts.cold = 0;
    warm.startupMs = { mean: 0, p50: 0, p95: 0, p99: 0, max: 0, steps: {} };
    expect(pageHtml(results(warm))).toContain('No start was cold.');
  });

  it('keeps the names inside charts apart', () => {
    const names = [...page.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
    for (const [, used] of page.matchAll(/url\(#([^)]+)\)/g)) expect(names).toContain(used);
    expect(page).not.toMatch(/\bzr\d+-/);
  });
});
