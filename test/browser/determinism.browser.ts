/** A replay in Chromium has the hashes that it has on Node (test/slow/determinism.test.ts has the other runtimes). */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SYSTEMS, generateSynthetic, replay } from '../../src/index.ts';
import { HAS_BROWSER, openBrowser } from '../support/chromium.ts';
import { ROOT, bundled, servedPage, watchedPage } from './harness.ts';

const NAMES = ['scpv-template', 'mcpv-static', 'mcpv-czone', 'mcpv-balloon'];

describe.skipIf(!HAS_BROWSER)('hashes are equal (there is a Chromium) in', () => {
  it('a page', async () => {
    const systems = SYSTEMS.filter(({ name }) => NAMES.includes(name));
    const run = await replay(generateSynthetic({ seed: 1, minutes: 1 }), { systems, seed: 1 });
    const script = await bundled('test/browser/determinism-page.ts');
    const { server, origin } = await servedPage('<!doctype html><title>replay</title>');
    const browser = await openBrowser();
    try {
      const { page, complaints, foreign } = await watchedPage(browser, origin);
      await page.goto(origin);
      await page.evaluate(script);
      const core = readFileSync(resolve(ROOT, 'build/core.release.wasm')).toString('base64');
      const hashes = await page.evaluate(
        ([bytes, names]) => hashesOf(bytes as string, names as string[]),
        [core, NAMES] as const,
      );
      expect(hashes).toEqual(run.systems.map(({ name, hash }) => `${name} ${hash}`));
      expect(hashes).toHaveLength(NAMES.length);
      expect([complaints, foreign]).toEqual([[], []]);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
