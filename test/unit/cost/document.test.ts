import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pricesTable } from '../../../src/cost/document.ts';

const path = new URL('../../../docs/prices.md', import.meta.url);

it('docs/prices.md is what the prices say (UPDATE_DOCS=1 rewrites it)', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, pricesTable());
  expect(existsSync(path) && readFileSync(path, 'utf8')).toBe(pricesTable());
});
