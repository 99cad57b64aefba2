/** The playground in Chromium, as guestmem play serves it. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { serve, siteOf } from '../../src/play/site.ts';
import { encodeReel } from '../../src/map/index.ts';
import { LESSONS, Play, fragmentOf } from '../../src/play/index.ts';
import { openCapture, recordedSteps, verifyReel } from '../../src/recording/index.ts';
import { axeFaults } from '../support/axe.ts';
import { HAS_BROWSER, openBrowser } from '../support/chromium.ts';
import { ROOT, type Watched, isTooWide, watchedPage } from './harness.ts';

const PATIENCE_MS = 60_000;

interface FilePayload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

function file(name: string, value: unknown): FilePayload {
  return { name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(value)) };
}

/** The worker has carried out so many steps. */
async function steps(page: Page, count: number): Promise<void> {
  await page.waitForSelector(`body[data-steps="${count}"]`);
}

/** Nothing was complained of, nothing was asked of another place. */
async function close({ page, complaints, foreign }: Watched): Promise<void> {
  expect([complaints, foreign]).toEqual([[], []]);
  await page.context().close();
}

describe.skipIf(!HAS_BROWSER)('the playground', () => {
  let browser: Browser;
  let server: Server;
  let origin = '';

  beforeAll(async () => {
    await build({ configFile: resolve(ROOT, 'vite.config.ts') });
    server = await serve(siteOf(resolve(ROOT, 'dist/play/site')), 0);
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function open(hash = '', options = {}): Promise<Watched> {
    const watched = await watchedPage(browser, origin, options);
    watched.page.setDefaultTimeout(PATIENCE_MS);
    await watched.page.goto(`${origin}/${hash}`);
    return watched;
  }

  it.each([
    ['light', 1300],
    ['dark', 1300],
    ['light', 390],
    ['dark', 390],
  ] as const)('is whole in %s at %d pixels', async (colorScheme, width) => {
    const viewport = { width, height: 900 };
    const script = 'boot 256\nstart a\nstart b\nturns a b 20\nexit a\ninflate 20\n';
    const watched = await open(fragmentOf(script), { colorScheme, viewport });
    const { page } = watched;
    await steps(page, 6);
    await page.locator('#map canvas').click({ position: { x: 60, y: 60 } });
    await page.waitForSelector('#pages canvas');
    expect(await axeFaults(page)).toEqual([]);
    expect(await isTooWide(page)).toBe(false);
    const path = `/tmp/guestmem-play-${colorScheme}-${width}.png`;
    await page.screenshot({ path, fullPage: true });
    await close(watched);
  });

  it('does steps by line and by button, undoes them, and says what is wrong', async () => {
    const watched = await open(fragmentOf('boot 256\n'));
    const { page } = watched;
    await steps(page, 1);
    await page.getByLabel('command').fill('start a 64');
    await page.getByLabel('command').press('Enter');
    await steps(page, 2);
    await page.locator('#commands').getByRole('button', { name: 'touch' }).click();
    await page.getByRole('button', { name: 'Do it' }).click();
    await steps(page, 3);
    const play = new Play();
    play.load('boot 256\nstart a 64\ntouch a 20');
    const { values } = play.outcomes[2]!.figures;
    const own = page.locator('#figures tr', { hasText: 'this VM alone' }).locator('td');
    expect(await own.textContent()).toBe(values['own']!.toFixed(1));
    expect(await page.locator('#rings-said').textContent()).toBe('None in this step.');
    await page.getByRole('button', { name: 'Undo the last step' }).click();
    await steps(page, 2);
    await page.getByLabel('command').fill('exit nobody');
    await page.getByLabel('command').press('Enter');
    await page.getByText('there is no container nobody').waitFor();
    await page.locator('#map input[type=range]').fill('0');
    expect(await page.locator('#done').textContent()).toContain('boot 256');
    await close(watched);
  });

  it('shows what drivers put on the rings, and what the devices answered', async () => {
    const watched = await open(fragmentOf('boot 256\ninflate 20\n'));
    const { page } = watched;
    await steps(page, 2);
    const play = new Play();
    play.load('boot 256\ninflate 20');
    const [told] = play.outcomes[1]!.messages;
    expect(await page.locator('#rings-said').textContent()).toBe(
      'balloon: 20 messages, the last 12 are shown',
    );
    const last = page.locator('#rings tr').last();
    expect(await last.locator('td').allTextContents()).toEqual([
      told!.last[11]!.asked,
      'taken',
      told!.last[11]!.descriptors,
    ]);
    await close(watched);
  });

  it('steps through events of a real kernel from files, with the map at the same time', async () => {
    const watched = await open(fragmentOf('boot 256\n'));
    const { page } = watched;
    await steps(page, 1);
    const capture = await openCapture(resolve(ROOT, 'test/recordings/linux-6.12-inflate-384'));
    const told = recordedSteps(capture, 'free-running', 2000);
    const reel = encodeReel(verifyReel(capture, 'guided', 5));
    await page.locator('#reel').setInputFiles([file('map.json', reel), file('steps.json', told)]);
    const current = page.locator('#steps tr[aria-current=step] td');
    await current.first().waitFor();
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await page.getByRole('button', { name: 'Step back' }).click();
    const cells = await current.allTextContents();
    expect(cells.slice(4, 6)).toEqual([String(told.frame[1]), String(told.predicted[1])]);
    await page.getByLabel('step of the kernel').fill('1999');
    expect(await current.first().textContent()).toBe(`${told.atMs[1999]!.toFixed(3)} ms`);
    await page.locator('#recording canvas').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    expect(await isTooWide(page)).toBe(false);
    await page.locator('#recording-part').screenshot({ path: '/tmp/guestmem-play-recording.png' });
    await page.locator('#reel').setInputFiles(file('bad.json', { ...told, frame: [] }));
    await page.getByText('verify --steps writes them').waitFor();
    await close(watched);
  });

  it('walks through a lesson, shares its state as a link, and saves it as a program', async () => {
    const watched = await open();
    const { page } = watched;
    const lesson = LESSONS[2]!;
    await page.getByRole('button', { name: lesson.title }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    await steps(page, 4);
    expect(await page.locator('#lesson').textContent()).toContain('step 2 of 3');
    await page.getByRole('button', { name: 'Link to it' }).click();
    expect(new URL(page.url()).hash).toBe(fragmentOf('boot 256\nstart a 128\ntouch a 100\nexit a'));
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'As a program' }).click();
    expect((await download).suggestedFilename()).toBe('script.mjs');
    await close(watched);
  });
});
