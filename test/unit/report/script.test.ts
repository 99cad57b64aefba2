/** The page's script as the build has packed it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { afterEach, expect, it, vi } from 'vitest';
import { pageScript, unpacked } from '../../../src/report/script.ts';
import { emptyFolder } from '../../support/built.ts';

const TEXT = 'const µ = "a script";';
const file = join(emptyFolder(), 'script.deflate');
writeFileSync(file, deflateRawSync(TEXT));

afterEach(() => {
  vi.unstubAllGlobals();
});

it('is what was packed, without a Response: there may be no addresses for one', async () => {
  vi.stubGlobal('Response', undefined);

  expect(await unpacked(pathToFileURL(file))).toBe(TEXT);
});

it('is fetched where no files are', async () => {
  const asked: string[] = [];
  vi.stubGlobal('process', undefined);
  vi.stubGlobal('fetch', async (place: URL) => {
    asked.push(place.href);
    const isThere = place.pathname.endsWith('there');
    return isThere
      ? new Response(deflateRawSync(TEXT))
      : new Response('no such file', { status: 404 });
  });

  expect(await unpacked(new URL('https://example.org/there'))).toBe(TEXT);
  expect(await unpacked(new URL('https://example.org/nothing'))).toBe('');
  expect(asked).toEqual(['https://example.org/there', 'https://example.org/nothing']);
});

it('is empty in a tree that was not built', async () => {
  expect(await pageScript()).toBe('');
});
