// Makes docs/report.png, the README's picture, of the report that `npm start` has left: its head and two of its figures.

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '..');
const FIGURES = ['figure-steps', 'figure-memory'];
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: 'guestmem-out/report.html' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const browser = await chromium.launch({ executablePath: values.browser, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({ viewport: { width: 1180, height: 600 } });
  await page.goto(pathToFileURL(path.resolve(root, values.from)).href);
  const height = await page.evaluate((shown) => {
    const figures = shown.map((id) => document.getElementById(id));
    document.querySelector('main').append(...figures);
    const rest = 'nav, section, footer, .claims, .tools, .numbers';
    for (const hidden of document.querySelectorAll(rest)) hidden.style.display = 'none';
    return Math.ceil(figures.at(-1).getBoundingClientRect().bottom);
  }, FIGURES);
  await page.setViewportSize({ width: 1180, height });
  await page.screenshot({ path: path.join(root, 'docs/report.png') });
} finally {
  await browser.close();
}
