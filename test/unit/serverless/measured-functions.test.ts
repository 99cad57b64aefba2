import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type ProfileFile, parseProfile } from '../../../src/recording/index.ts';
import { MEASURED, type MeasuredFunction } from '../../../src/serverless/index.ts';

const FOLDER = new URL('../../../recorder/profiles/', import.meta.url);
const TABLE = new URL('../../../src/serverless/measured-functions.ts', import.meta.url);

const HEAD = `// Medians of what containers of functions did, in frames of 4 KiB. Made of recorder/profiles by
// UPDATE_DOCS=1 npx vitest run test/unit/serverless/measured-functions.test.ts

import type { MeasuredFunction } from './measured-function.ts';

/** By the names of their files. */
export const MEASURED: readonly MeasuredFunction[] = `;

function figuresOf({ name, cold, warm, calls, fork }: ProfileFile): MeasuredFunction {
  const [first, tenth, hundredth] = calls as [Call, Call, Call];
  const forked = fork.find(({ call }) => call === 1);
  return {
    name,
    file: cold.readFile.median,
    anonymous: warm.anonymous.median,
    peak: warm.peak.median,
    grown: [first.anonymous.median, tenth.anonymous.median, hundredth.anonymous.median],
    touched: hundredth.touchedAnonymous.median,
    written: hundredth.written.median,
    touchedFile: hundredth.touchedFile.median,
    held: hundredth.held.median,
    ...(forked && { fork: { written: forked.copied, file: forked.mappedFile } }),
  };
}

type Call = ProfileFile['calls'][number];

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
