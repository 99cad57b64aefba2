// What fuzzers have found, played again: each file of corpus/ is a round by its seed, or one case of it by its path.

import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUZZERS } from './index.ts';
import { projectFile } from './root.ts';
import { runFuzzer } from './run.ts';

const FOLDER = projectFile('test/fuzz/corpus');

const entry = z.strictObject({
  fuzzer: z.enum(FUZZERS.map(({ name }) => name)),
  seed: z.int(),
  path: z.string().optional(),
  /** What was wrong, for readers. */
  found: z.string().min(10),
});

const files = readdirSync(FOLDER).toSorted();

describe('the corpus', () => {
  it('has something in it', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)('%s finds nothing any more', async (file) => {
    const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
    const { fuzzer: name, seed, path } = entry.parse(JSON.parse(text));
    const [fuzzer] = FUZZERS.filter((one) => one.name === name);
    if (fuzzer === undefined) throw new Error(`no fuzzer ${name}`);
    const texts: string[] = [];
    const end = path === undefined ? { seconds: 0 } : { path };
    const options = { seed, end, mayMiss: true };
    const world = { clock: () => 0, write: (said: string) => void texts.push(said) };
    const { isSound } = await runFuzzer(fuzzer, options, world);
    expect(isSound, texts.join('')).toBe(true);
  });
});
