import { describe, expect, it } from 'vitest';
import { pageHtml } from '../../../src/report/page.ts';
import { wholeRun } from '../../support/browser.ts';
import { results, series, system } from '../../support/report.ts';

describe('report.html', async () => {
  const run = wholeRun();
  const page = await pageHtml(run.results, run.details, { script: '' });

  it('loads nothing: no script, link, image or address', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object)\b/i);
    expect(page).not.toMatch(/@import|url\(\s*['"]?(?!#)/);
    expect(page.match(/https?:\/\/[^"'\s<]+/g)).toBeNull();
    expect(page).toMatch(/default-src 'none'; style-src 'sha256-[\w+/]+='"/);
  });

  it('tells of each of its pictures as it is drawn', async () => {
    const heard: [number, number][] = [];
    const told = (done: number, total: number): void => void heard.push([done, total]);
    const made = await pageHtml(run.results, run.details, { script: '', told });
    const pictures = made.match(/<figure id="figure-/g)!.length;
    expect(heard).toEqual(Array.from({ length: pictures }, (_, at) => [at + 1, pictures]));
  });

  it('with a script allows that one and no other', async () => {
    const live = await pageHtml(run.results, run.details, { script: 'let a = 1;' });
    expect(live).toMatch(/script-src 'sha256-[\w+/]+=';/);
    expect(live).not.toContain('unsafe');
    expect(live).toContain('<script>let a = 1;</script>');
  });

  it('leaves out nothing that a run has records of', () => {
    expect(page).not.toContain('Not shown');
    expect(page.match(/<figure /g)!.length).toBeGreaterThan(18);
  });

  it('leaves out sections without a record and says so', async () => {
    const bare = await pageHtml(results());
    expect(bare.match(/Not shown: this run kept no [^.]+\./g)).toEqual([
      'Not shown: this run kept no distribution of start-up times.',
      'Not shown: this run kept no footprint over time.',
      'Not shown: this run kept no memory maps (guestmem replay --maps 24).',
      'Not shown: this run kept no free space of guests over time.',
      'Not shown: this run kept no results at low and high prices.',
    ]);
  });

  it('is the same text for the same records', async () => {
    expect(await pageHtml(run.results, run.details, { script: '' })).toBe(page);
  });

  it('escapes names everywhere', async () => {
    const bad = '<b onload="x">&';
    const made = await pageHtml(
      results(system(bad)),
      { series: [series(bad)] },
      { script: 'run()' },
    );
    expect(made).not.toContain('<b onload');
    expect(made).toContain('&lt;b onload');
  });

  it('keeps the names inside apart, and leads to names that are there', () => {
    const names = [...page.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]!);
    expect(new Set(names).size).toBe(names.length);
    for (const [, used] of page.matchAll(/(?:url\(|href=")#([^)"]+)/g))
      expect(names).toContain(used);
  });
});
