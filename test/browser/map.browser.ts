/** The map view in Chromium: it moves, it can be read without eyes, and it is quick. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults } from '../support/axe.ts';
import { HAS_BROWSER, openBrowser } from '../support/chromium.ts';
import { bundled, isTooWide, servedPage, watchedPage } from './harness.ts';

const HEAD =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Map</title>' +
  '<meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark}' +
  'body{font:15px sans-serif;margin:1rem}@media(prefers-color-scheme:dark){body{background:#14171c;color:#e6e9ef}}</style></head>';

describe.skipIf(!HAS_BROWSER)('the map view', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let site: Awaited<ReturnType<typeof servedPage>>;

  beforeAll(async () => {
    browser = await openBrowser();
    const script = await bundled('test/browser/map-page.ts');
    site = await servedPage(
      `${HEAD}<body><header><h1>Map</h1></header><main></main><script>${script}</script></body></html>`,
    );
  });
  afterAll(async () => {
    await browser?.close();
    site?.server.close();
  });

  it.each([
    ['light', 1200],
    ['dark', 1200],
    ['light', 390],
  ] as const)('is whole in %s at %d pixels', async (colorScheme, width) => {
    const viewport = { width, height: 900 };
    const { page, complaints, foreign } = await watchedPage(browser, site.origin, {
      colorScheme,
      viewport,
    });
    await page.goto(site.origin);
    expect(await axeFaults(page)).toEqual([]);
    expect(await isTooWide(page)).toBe(false);
    await page.screenshot({ path: `/tmp/guestmem-map-${colorScheme}-${width}.png` });
    expect([complaints, foreign]).toEqual([[], []]);
    await page.context().close();
  });

  it('goes to a moment, says what is under the pointer and the arrows, and plays', async () => {
    const { page, complaints } = await watchedPage(browser, site.origin);
    await page.goto(site.origin);
    await page.locator('input[type=range]').fill('7');
    expect(await page.locator('output').textContent()).toBe('7.00 s');
    const canvas = page.locator('canvas').first();
    await canvas.hover({ position: { x: 1, y: 1 } });
    const said = page.locator('.gm-map-said').first();
    expect(await said.textContent()).toContain('2 MiB from page 0');
    await canvas.focus();
    await page.keyboard.press('ArrowRight');
    expect(await said.textContent()).toContain('2 MiB from page 512');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('picked')).toEqual([512]);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.waitForFunction(() => document.querySelector('output')?.textContent !== '7.00 s');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('The map as a table').click();
    expect(await page.locator('table th').first().textContent()).toBe('memory');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('moves two guests of 64 GiB, and says how quickly', async () => {
    const { page } = await watchedPage(browser, site.origin, {
      viewport: { width: 1400, height: 900 },
    });
    await page.goto(site.origin);
    const perSecond = await page.evaluate(async () => {
      const { view } = globalThis as unknown as { view: { show(at: number): void } };
      const rounds = 120;
      const begin = new Event('now').timeStamp;
      let insideMs = 0;
      for (let at = 0; at < rounds; at += 1) {
        const from = new Event('now').timeStamp;
        view.show(at % 60);
        insideMs += new Event('now').timeStamp - from;
        await new Promise((done) => requestAnimationFrame(done));
      }
      return {
        shown: (1000 * rounds) / (new Event('now').timeStamp - begin),
        inside: insideMs / rounds,
      };
    });
    console.log(
      `frames a second: ${perSecond.shown.toFixed(1)}; of each ${perSecond.inside.toFixed(1)} ms ours`,
    );
    expect(perSecond.inside).toBeGreaterThan(0);
    await page.context().close();
  });
});
