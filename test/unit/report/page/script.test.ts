/** The page's script as the build has packed it. */
import { deflateRawSync } from 'node:zlib';
import { afterEach, expect, it, vi } from 'vitest';
import { pageScript, unpacked } from '../../../../src/report/page/script.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('is what was packed, without a Response: there may be no addresses for one', async () => {
  vi.stubGlobal('Response', undefined);

  const text = 'const µ = "a script";';
  expect(await unpacked(deflateRawSync(text).toString('base64'))).toBe(text);
});

it('is empty in a tree that was not built', async () => {
  expect(await pageScript()).toBe('');
});
