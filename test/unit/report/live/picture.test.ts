import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEEDS, type Opened, STARTS_WITHIN_MS, openReport } from '../../../support/browser.ts';
import { HAS_BROWSER } from '../../../support/chromium.ts';

describe.skipIf(!HAS_BROWSER)(`a figure in a browser${NEEDS}`, () => {
  let open: Opened;
  beforeAll(async () => {
    open = await openReport();
    await open.page.locator('#figure-memory').scrollIntoViewIfNeeded();
    await open.page.waitForSelector('#figure-memory .live-picture svg');
  }, STARTS_WITHIN_MS);
  afterAll(() => open.close());

  it('says the values of all systems where somebody points', async () => {
    const { page } = open;
    await page.locator('#figure-memory .live-picture').hover({ position: { x: 400, y: 120 } });
    const tip = page.locator('#figure-memory .tip');
    await tip.locator('div').first().waitFor();
    expect(await tip.textContent()).toMatch(/^\d:\d\d.*mcpv-czone.*MiB/);
    const rows = tip.locator('div > div');
    const [first, second] = [await rows.nth(0).boundingBox(), await rows.nth(1).boundingBox()];
    expect(second?.x).toBe(first?.x);
    expect(second?.y).toBeGreaterThan(first?.y ?? Infinity);
  });

  it('is looked at closer by keys and buttons, and whole again', async () => {
    const { page } = open;
    const all = page.getByRole('button', { name: 'Show all of Host memory over time' });
    expect(await all.isDisabled()).toBe(true);
    await page.locator('#figure-memory .live-picture').press('+');
    expect(await all.isEnabled()).toBe(true);
    await all.click();
    expect(await all.isDisabled()).toBe(true);
  });

  it.each(['SVG', 'PNG', 'CSV'])('is saved as %s', async (kind) => {
    const { page, heard } = open;
    const saved = page.waitForEvent('download');
    await page
      .getByRole('button', { name: `Host memory over time as ${kind}`, exact: true })
      .click();
    const file = await saved;
    expect(file.suggestedFilename()).toBe(`memory.${kind.toLowerCase()}`);
    const head = readFileSync(await file.path())
      .subarray(0, 4)
      .toString('latin1');
    expect(head).toBe({ SVG: '<svg', PNG: '\u0089PNG', CSV: 'time' }[kind]);
    expect(heard).toEqual([]);
  });
});
