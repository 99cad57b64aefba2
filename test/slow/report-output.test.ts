/** A folder of results while its writer is killed at any step, on the built program. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/built.ts';
import { emptyFolder } from '../support/folder.ts';

const OUTPUT = join(ROOT, 'dist/report/output.js');
const KILL = join(ROOT, 'test/support/kill-at.mjs');

const folder = emptyFolder();

/** A run that writes files which all hold one word; killed before its nth step. Whether it came to its end. */
function write(out: string, names: readonly string[], word: string, killAt: number): boolean {
  const own = ['a', 'b', 'c'].map((name) => `{ name: '${name}', mark: /./, usualBytes: 100 }`);
  const program = `
    const { OutputFolder } = await import(${JSON.stringify(OUTPUT)});
    const all = [${own.join(', ')}];
    const names = ${JSON.stringify(names)};
    const own = all.filter(({ name }) => names.includes(name));
    const folder = new OutputFolder(${JSON.stringify(out)}, own, { earlier: all });
    folder.write(names.map((name) => ({ name, content: '${word}' })));`;
  const { status, signal } = spawnSync(
    process.execPath,
    ['--import', KILL, '--input-type=module', '--eval', program],
    { env: { ...process.env, KILL_AT: String(killAt) }, encoding: 'utf8' },
  );
  if (signal !== 'SIGKILL') expect(status).toBe(0);
  return status === 0;
}

/** What can be read there by name. */
function readable(out: string): Record<string, string> {
  const names = ['a', 'b', 'c'].filter((name) => existsSync(join(out, name)));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(out, name), 'utf8')]));
}

describe('a process killed while it writes its results', () => {
  const OLD = { a: 'old', b: 'old' };
  const NEW = { b: 'new', c: 'new' };

  it.each([
    ['over those of another run', OLD],
    ['into an empty folder', {}],
  ])(
    '%s leaves all of the old or all of the new, and the next run clears up',
    (_, before) => {
      const seen = new Set<string>();
      let steps = 0;
      for (let killAt = 1; ; killAt += 1) {
        const out = join(folder, `${Object.keys(before).length}-${killAt}`);
        mkdirSync(out);
        writeFileSync(join(out, 'notes.txt'), 'of the user');
        for (const [name, text] of Object.entries(before)) writeFileSync(join(out, name), text);
        const ended = write(out, Object.keys(NEW), 'new', killAt);
        expect([before, NEW], `killed at ${killAt}`).toContainEqual(readable(out));
        seen.add(JSON.stringify(readable(out)));
        if (ended) break;
        steps = killAt;
        expect(write(out, ['a'], 'next', 0)).toBe(true);
        expect(readdirSync(out).toSorted()).toEqual(['a', 'notes.txt']);
        expect(readable(out)).toEqual({ a: 'next' });
      }
      expect(steps).toBeGreaterThan(12);
      expect(seen.size).toBe(2);
    },
    120_000,
  );
});
