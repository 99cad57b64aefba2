/** A page as large as that of all systems over 250 functions: how many bytes it is, and how soon it answers. */
import { describe, expect, it } from 'vitest';
import { MIB } from '../../src/abi/unit.ts';
import { pageHtml } from '../../src/report/page.ts';
import { SYSTEMS } from '../../src/replay/index.ts';
import { openReport, wholeRun } from '../support/browser.ts';
import { HAS_BROWSER } from '../support/chromium.ts';

const FUNCTIONS = 250;
const MIB_MOST = 3;

function largeRun(): ReturnType<typeof wholeRun> {
  const { results, details } = wholeRun(SYSTEMS.map(({ name }) => name));
  for (const system of results.systems) {
    const [one] = system.functions;
    system.functions = Array.from({ length: FUNCTIONS }, (_, id) => {
      return { ...one!, id, name: `function-${id}`, startupMs: 100 / (id + 3), cold: 7 * id };
    });
  }
  return { results, details };
}

describe('a report of all systems over 250 functions', () => {
  it('is below 3 MB, script and all', async () => {
    const { results, details } = largeRun();
    const bytes = (await pageHtml(results, details, { script: 'x'.repeat(MIB * 0.7) })).length;
    console.log(`${(bytes / MIB).toFixed(2)} MiB`);
    expect(bytes).toBeLessThan(MIB_MOST * 1e6);
  });

  it.skipIf(!HAS_BROWSER)('answers, and says how soon (there is a Chromium)', async () => {
    const { page, heard, close } = await openReport({}, largeRun());
    await page.waitForFunction(() => document.documentElement.dataset['live'] !== undefined);
    const times = await page.evaluate(() => {
      const [{ domInteractive, loadEventEnd }] = performance.getEntriesByType('navigation') as [
        PerformanceNavigationTiming,
      ];
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      return { paint: paint?.startTime ?? 0, domInteractive, loadEventEnd };
    });
    console.log(
      `first paint ${times.paint.toFixed(0)} ms, interactive ${times.loadEventEnd.toFixed(0)} ms`,
    );
    expect(times.paint).toBeGreaterThan(0);
    expect(heard).toEqual([]);
    await close();
  });

  it.skipIf(!HAS_BROWSER)(
    'has heads on paper that Chromium draws again on the next sheet',
    async () => {
      const { page, close } = await openReport({}, largeRun());
      await page.waitForFunction(() => document.documentElement.dataset['live'] !== undefined);
      await page.emulateMedia({ media: 'print' });
      // a button in a head that goes on is drawn on the first sheet alone
      const shown = await page.$$eval('thead button', (all) =>
        all.map((button) => getComputedStyle(button).display),
      );
      expect(new Set(shown)).toEqual(new Set(['contents']));
      await close();
    },
  );
});
