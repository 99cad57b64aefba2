import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { figuresOf, parseProfile } from '../../../src/recording/index.ts';
import { MEASURED } from '../../../src/serverless/index.ts';

const FOLDER = new URL('../../../recorder/profiles/', import.meta.url);
const TABLE = new URL('../../../src/serverless/measured-functions.ts', import.meta.url);

const HEAD = `// What containers of functions did, in frames of 4 KiB. Made of recorder/profiles by
// UPDATE_DOCS=1 npx vitest run test/unit/serverless/measured-functions.test.ts

import type { MeasuredFunction } from './measured-function.ts';

/** By the names of their files. */
export const MEASURED: readonly MeasuredFunction[] = `;

it('functions that replays know are those of recorder/profiles, figure by figure (UPDATE_DOCS=1 rewrites them)', () => {
  const profiles = readdirSync(FOLDER)
    .toSorted()
    .map((name) => parseProfile(name, readFileSync(new URL(name, FOLDER), 'utf8')))
    .map(figuresOf);
  if (process.env['UPDATE_DOCS'] === '1') {
    writeFileSync(TABLE, `${HEAD}${JSON.stringify(profiles, null, 2)};\n`);
    return;
  }
  expect(profiles.length).toBeGreaterThan(9);
  expect(MEASURED).toEqual(profiles);
});
