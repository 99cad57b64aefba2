import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEEDS, type Opened, STARTS_WITHIN_MS, openReport } from '../../../support/browser.ts';
import { HAS_BROWSER } from '../../../support/chromium.ts';

describe.skipIf(!HAS_BROWSER)(`a table in a browser${NEEDS}`, () => {
  let open: Opened;
  beforeAll(async () => {
    open = await openReport();
  }, STARTS_WITHIN_MS);
  afterAll(() => open.close());

  it('is sorted by a head, up and down', async () => {
    const { page } = open;
    const names = (): Promise<string[]> => page.locator('#comparison tbody th').allTextContents();
    const head = page.locator('#comparison thead th', { hasText: 'start-up' });
    await head.getByRole('button').click();
    expect(await names()).toEqual(['mcpv-static', 'mcpv-czone', 'scpv-template']);
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    await head.getByRole('button').click();
    expect(await names()).toEqual(['scpv-template', 'mcpv-czone', 'mcpv-static']);
  });

  it('of functions has those that are looked for', async () => {
    const { page } = open;
    await page.fill('#functions-search', 'nothing like it');
    expect(await page.locator('#functions-count').textContent()).toBe('0 of 1');
    await page.fill('#functions-search', 'ONL');
    expect(await page.locator('#functions-table tbody th').allTextContents()).toEqual(['only']);
  });
});
