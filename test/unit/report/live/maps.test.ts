import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEEDS, type Opened, STARTS_WITHIN_MS, openReport } from '../../../support/browser.ts';
import { HAS_BROWSER } from '../../../support/chromium.ts';

describe.skipIf(!HAS_BROWSER)(`memory maps in a browser${NEEDS}`, () => {
  let open: Opened;
  beforeAll(async () => {
    open = await openReport();
    await open.page.locator('#maps-title').scrollIntoViewIfNeeded();
    await open.page.waitForSelector('#maps-view canvas');
  }, STARTS_WITHIN_MS);
  afterAll(() => open.close());

  it('go through the run on a slider, both systems at the same instant', async () => {
    const { page, heard } = open;
    await page.locator('#maps-view input[type=range]').fill('0');
    expect(await page.locator('#maps-view output').textContent()).toBe('0:01');
    expect(await page.locator('#maps-view figcaption').allTextContents()).toEqual([
      'scpv-template: 1 VMs',
      'mcpv-static: 1 VMs',
    ]);
    expect(heard).toEqual([]);
  });

  it('show another system beside the first, and stay at the instant', async () => {
    const { page } = open;
    await page.locator('#maps-view input[type=range]').fill('0');
    await page.selectOption('#maps-1', 'mcpv-czone');
    expect(await page.locator('#maps-view figcaption').last().textContent()).toContain(
      'mcpv-czone',
    );
    expect(await page.locator('#maps-view output').textContent()).toBe('0:01');
    expect(await page.locator('#maps-still').isVisible()).toBe(false);
  });
});
