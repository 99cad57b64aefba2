/** A stock Linux in the playground, in Chromium: it boots, its driver follows the slider, the map follows the driver. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { FRAMES_PER_MIB } from '../../src/abi/unit.ts';
import { linuxFiles } from '../../src/cli/linux.ts';
import { type Site, serve, siteOf } from '../../src/play/site.ts';
import { type Packages, fetchPackages, isNoPackages } from '../guest/packages.ts';
import { writeFiles } from '../guest/write.ts';
import { axeFaults } from '../support/axe.ts';
import { HAS_BROWSER, openBrowser } from '../support/chromium.ts';
import { ROOT, type Watched, isTooWide, watchedPage } from './harness.ts';

/** The machine may be shared by many. */
const PATIENCE_MS = 240_000;

function packagesOrWhy(): Packages | string {
  if (!HAS_BROWSER) return 'there is no Chromium';
  try {
    return fetchPackages(resolve(ROOT, 'build/guest-packages'), '686');
  } catch (cause) {
    if (isNoPackages(cause)) return `Debian's packages cannot be had: ${cause.message}`;
    throw cause;
  }
}

const packages = packagesOrWhy();
const why = typeof packages === 'string' ? ` (skipped: ${packages})` : '';

const [LINUX, TWIN] = [0, 1];
const HELD = 'held by the host, MiB';
/** Looks of a tenth of a second; reports are two seconds late. */
const LOOKS_AT_REST = 40;

/** A figure of the table, of Linux or of the emulator's guest. */
async function figure(page: Page, name: string, side: number): Promise<number> {
  const row = page.locator('#figures tr', { has: page.locator(`th:text-is("${name}")`) });
  return Number(await row.locator('td').nth(side).textContent());
}

/** The legend has sizes of both. */
async function onMap(page: Page, name: string, sizes: string): Promise<void> {
  await page.locator('.gm-map-legend li', { hasText: name }).filter({ hasText: sizes }).waitFor();
}

async function served(beside: Site): Promise<{ server: Server; origin: string }> {
  const site = new Map([...siteOf(resolve(ROOT, 'dist/play/site')), ...beside]);
  const server = await serve(site, 0);
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  await expect.poll(holds, { timeout: PATIENCE_MS, interval: 100 }).toBe(true);
}

/** A figure once it has stood for longer than a driver waits with its reports, but for a MiB. */
async function atRest(page: Page, name: string, side: number): Promise<number> {
  let from = NaN;
  let looks = 0;
  await until(async () => {
    const now = await figure(page, name, side);
    const isSame = Math.abs(now - from) <= 1;
    looks = isSame ? looks + 1 : 0;
    if (!isSame) from = now;
    return looks === LOOKS_AT_REST;
  });
  return from;
}

beforeAll(async () => {
  if (HAS_BROWSER) await build({ configFile: resolve(ROOT, 'vite.config.ts') });
});

describe.skipIf(why !== '')(
  `a real Linux in the playground${why}`,
  { timeout: 2 * PATIENCE_MS },
  () => {
    let browser: Browser;
    let server: Server;
    let watched: Watched;
    let page: Page;

    beforeAll(async () => {
      const files = writeFiles(packages as Packages, resolve(ROOT, 'build/guest-files'));
      const { origin, ...rest } = await served(linuxFiles({ ...files }));
      ({ server } = rest);
      browser = await openBrowser();
      watched = await watchedPage(browser, origin, { viewport: { width: 1400, height: 1000 } });
      ({ page } = watched);
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(`${origin}/linux/index.html`);
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    it('boots to its shell, which can be typed into', async () => {
      await page.getByRole('button', { name: 'Boot' }).click();
      const screen = page.locator('.xterm-rows');
      await screen.filter({ hasText: '/tmp # ' }).waitFor();
      const state = page.locator('#state').filter({ hasText: 'driver has had the balloon' });
      console.log(await state.textContent());
      await page.locator('#terminal').click();
      await page.keyboard.type('echo $((6 * 7))\n');
      await screen.filter({ hasText: /^.*\b42\b/ }).waitFor();
    });

    it('gives pages and takes them as the slider moves, and the map follows', async () => {
      for (const mib of [64, 16]) {
        await page.locator('#target').fill(String(mib));
        for (const side of [LINUX, TWIN]) {
          await until(async () => (await figure(page, 'balloon, MiB', side)) === mib);
        }
        await onMap(page, 'balloon', `${mib}.0 | ${mib}.0 MiB`);
        await page.screenshot({ path: `/tmp/guestmem-linux-${mib}.png`, fullPage: true });
      }
      expect(await figure(page, 'pages into the balloon', LINUX)).toBe(64 * FRAMES_PER_MIB);
      expect(await figure(page, 'pages out of it', LINUX)).toBe(48 * FRAMES_PER_MIB);
    });

    it('says its statistics', async () => {
      await page.locator('#target').fill('0');
      await until(async () => (await figure(page, 'balloon, MiB', LINUX)) === 0);
      await page.getByRole('button', { name: 'Statistics' }).click();
      const free = page.locator('#told tr', { has: page.locator('th:text-is("free")') });
      for (const side of [LINUX, TWIN]) {
        await until(
          async () => parseFloat((await free.locator('td').nth(side).textContent())!) > 100,
        );
      }
    });

    it('hints its free pages until the host is done with them', async () => {
      const hinting = page.locator('#figures tr', { has: page.locator('th:text-is("hinting")') });
      await page.getByRole('button', { name: 'Hinting', exact: true }).click();
      for (const side of [LINUX, TWIN]) {
        await hinting.locator('td').nth(side).filter({ hasText: 'held' }).waitFor();
        expect(await figure(page, 'pages hinted', side)).toBeGreaterThan(100 * FRAMES_PER_MIB);
      }
      await page.locator('.gm-map-legend li', { hasText: 'hinted free' }).waitFor();
      await page.getByRole('button', { name: 'Hinting done' }).click();
      await hinting.locator('td').nth(LINUX).filter({ hasText: 'no' }).waitFor();
      await page
        .locator('.gm-map-legend li', { hasText: 'hinted free' })
        .waitFor({ state: 'detached' });
    });

    it('reports what it has used and freed, and the host gets it back', async () => {
      const held = [0, 0];
      for (const side of [LINUX, TWIN]) held[side] = await atRest(page, HELD, side);
      await page.getByRole('button', { name: 'Use 96 MiB' }).click();
      for (const side of [LINUX, TWIN]) {
        // some of it lies where the host had memory already
        await until(async () => (await figure(page, HELD, side)) > held[side]! + 60);
      }
      await page.getByRole('button', { name: 'Free it' }).click();
      for (const side of [LINUX, TWIN]) {
        await until(async () => (await figure(page, HELD, side)) < held[side]! + 30);
      }
    });

    it('is whole, also on a narrow screen', async () => {
      expect(await axeFaults(page)).toEqual([]);
      expect(await isTooWide(page)).toBe(false);
      await page.setViewportSize({ width: 390, height: 900 });
      expect(await isTooWide(page)).toBe(false);
      await page.screenshot({ path: '/tmp/guestmem-linux-390.png', fullPage: true });
      console.log(await page.locator('#figures').innerText());
    });

    it('was complained of by nobody, and asked no other place', () => {
      expect([watched.complaints, watched.foreign]).toEqual([[], []]);
    });
  },
);

describe.skipIf(!HAS_BROWSER)('without v86 (there is a Chromium)', () => {
  it('the page says what is missing', async () => {
    const { server, origin } = await served(linuxFiles({}, []));
    const browser = await openBrowser();
    try {
      const { page, complaints } = await watchedPage(browser, origin);
      await page.goto(`${origin}/linux/index.html`);
      await page.getByRole('button', { name: 'Boot' }).click();
      await page.getByRole('alert').filter({ hasText: 'npm install v86' }).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
