/** The examples run as a user runs them: plain Node, the built package by its name. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'examples');

/** A line of each one's output that says that it did what it is about. */
const SAYS: Readonly<Record<string, RegExp>> = {
  'clone-template.mjs': /resized: balloon 128 MiB/,
  'inflate-balloon.mjs': /balloon: 160 MiB\n[^]*deflated: 0 pages/,
  'plug-unplug-virtio-mem.mjs': /\(kernel\) is in the way\nbuffers freed, plugged: 0 MiB/,
  'report-free-pages.mjs': /reported [1-9]\d* pages, [1-9]\d* of them had host memory/,
};

describe('examples', () => {
  it('all have a line to be known by', () => {
    const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.mjs'));
    expect(files.toSorted()).toEqual(Object.keys(SAYS));
  });

  const isBuilt = existsSync(join(ROOT, 'dist/index.js'));
  for (const [name, line] of Object.entries(SAYS)) {
    it.skipIf(!isBuilt)(`${name} runs (needs npm run build)`, () => {
      const output = execFileSync(process.execPath, [join(EXAMPLES, name)], { encoding: 'utf8' });
      expect(output).toMatch(line);
    });
  }
});
