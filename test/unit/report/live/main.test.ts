import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figuresOf } from '../../../../src/report/figure/figures.ts';
import { cellText, tableOf } from '../../../../src/report/figure/spec.ts';
import { axeFaults } from '../../../support/axe.ts';
import {
  NEEDS,
  type Opened,
  STARTS_WITHIN_MS,
  openReport,
  wholeRun,
} from '../../../support/browser.ts';
import { HAS_BROWSER } from '../../../support/chromium.ts';

describe.skipIf(!HAS_BROWSER)(`report.html in a browser${NEEDS}`, () => {
  let open: Opened;
  beforeAll(async () => {
    open = await openReport();
  }, STARTS_WITHIN_MS);
  afterAll(() => open.close());

  it('comes without a complaint and asks for nothing', async () => {
    const { page, heard } = open;
    await page.waitForFunction(() => document.documentElement.dataset['live'] !== undefined);
    await page.locator('#prices').scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelectorAll('.is-live').length > 3);
    expect(heard).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has nothing that axe finds, %s', async (colorScheme) => {
    const { page } = open;
    await page.emulateMedia({ colorScheme });
    await page.locator('#maps-title').scrollIntoViewIfNeeded();
    await page.waitForSelector('#maps-view canvas');
    const found = await axeFaults(page);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(found).toEqual([]);
  });

  it('has the points of each figure in its table, one for one', async () => {
    const { page } = open;
    const run = wholeRun();
    for (const { id, spec } of figuresOf(run.results, run.details)) {
      const element = page.locator(`figure[data-figure="${id}"]`);
      await element.locator('summary').click();
      await element.locator('tbody tr').first().waitFor();
      const rows = await element
        .locator('tbody tr')
        .evaluateAll((lines) =>
          lines.map((line) => [...line.children].map((cell) => cell.textContent)),
        );
      expect(rows, id).toEqual(tableOf(spec).rows.map((row) => row.map(cellText)));
    }
  });

  it('hides a system in all figures by its name in any legend', async () => {
    const { page } = open;
    const names = page.locator('.legend button', { hasText: 'mcpv-static' });
    await names.first().click();
    expect(await names.last().getAttribute('aria-pressed')).toBe('false');
    await names.last().click();
    expect(await names.first().getAttribute('aria-pressed')).toBe('true');
  });

  it('shows what moves another figure of another system', async () => {
    const { page } = open;
    await page.selectOption('#tornado-figure', 'cpuMs');
    await page.selectOption('#tornado-system', 'mcpv-czone');
    const title = page.locator('figure:has(.picture) h3', { hasText: 'What moves' });
    expect(await title.textContent()).toBe('What moves CPU time of mcpv-czone');
  });

  it('is as wide as a phone, and no wider', async () => {
    const { page } = open;
    await page.setViewportSize({ width: 390, height: 800 });
    await page.waitForTimeout(200);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });
});
