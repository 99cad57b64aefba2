/** Each requirement of docs/czone-virtio.md is held by a test that names it. */

import { readdirSync, readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { PAGE } from '../support/czone-page.ts';

it('each requirement of the page is named by a test, and no other is', () => {
  const wanted = new Set(Array.from(PAGE.matchAll(/\*\*(CZ-[DG]\d+)\*\*/g), (match) => match[1]));
  const folder = new URL('../unit/virtio/czone/', import.meta.url);
  const tests = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  const named = new Set(
    Array.from(tests.matchAll(/it(?:\.each\([^)]*\))?\(\s*['`]([^'`]*)/g)).flatMap(
      ([, title]) => title?.match(/CZ-[DG]\d+/g) ?? [],
    ),
  );
  expect(wanted.size).toBe(34 + 18);
  expect(Array.from(named).toSorted()).toEqual(Array.from(wanted).toSorted());
});
