/** The page's script as the build has packed it. */
import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { pageScript, unpacked } from '../../../../src/report/page/script.ts';

it('is what was packed', async () => {
  const text = 'const µ = "a script";';
  expect(await unpacked(deflateRawSync(text).toString('base64'))).toBe(text);
});

it('is empty in a tree that was not built', async () => {
  expect(await pageScript()).toBe('');
});
