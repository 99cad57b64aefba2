import { describe, expect, it } from 'vitest';
import { outcomesOf } from '../../../src/sweep/outcome.ts';
import { sweepHtml } from '../../../src/sweep/page.ts';
import { JobStore } from '../../../src/sweep/store.ts';
import { testFolder } from '../../support/folder.ts';
import { results, system } from '../../support/report.ts';
import { TINY, sweepIn } from '../../support/sweep.ts';

const at = testFolder();

describe('the page of a sweep', () => {
  it('has a picture and a table of the front and of each factor, and loads nothing', async () => {
    const sweep = await sweepIn(at);
    const store = new JobStore(at('out'));
    for (const [index, job] of sweep.jobs.entries()) {
      const systems = [system('a', 1 + index), system('b', 2)];
      await store.finish(job, { ...results(), systems });
    }
    const html = sweepHtml(sweep, outcomesOf(sweep, store));
    expect(html.match(/<svg /g)).toHaveLength(3);
    expect(html.match(/<table>/g)).toHaveLength(3);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|https?:|NaN/);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(html).toContain('4 of 4 jobs finished; varied: policies.keepAlive.');
  });

  it('has a front for each load', async () => {
    const sweep = await sweepIn(at, `${TINY}grid: { minutes: [1, 2] }`);
    const store = new JobStore(at('loads'));
    for (const job of sweep.jobs) await store.finish(job, { ...results(), systems: [system('a')] });
    const html = sweepHtml(sweep, outcomesOf(sweep, store));
    expect(html).toContain('Start-up against footprint under minutes=1');
    expect(html).toContain('Start-up against footprint under minutes=2');
  });
});
