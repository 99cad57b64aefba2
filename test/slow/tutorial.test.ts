/** docs/tutorial.md, as a reader follows it: each command and program, in order, in one folder. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, guestmemIn } from '../support/built.ts';
import { emptyFolder } from '../support/folder.ts';

const MINUTES_MS = 600_000;
/** Within the package, so that its name leads to it. */
const PROGRAM = join(ROOT, 'build/examples/tutorial.mjs');

const text = readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8');
const blocks = [...text.matchAll(/^```(sh|js)\n([\s\S]*?)^```/gm)];
const commands = blocks.flatMap(([, kind, body = '']) =>
  kind === 'sh' ? body.trim().split('\n') : [],
);
const programs = blocks.flatMap(([, kind, body = '']) => (kind === 'js' ? [body] : []));

it(
  'has commands that work',
  () => {
    const folder = emptyFolder();
    expect(commands.length).toBeGreaterThan(6);
    for (const command of commands) {
      const [npx, guestmem, ...args] = command.split(' ');
      expect([npx, guestmem], command).toEqual(['npx', 'guestmem']);
      const { code, out, err } = guestmemIn(folder, ...args);
      expect({ command, code, err: code === 0 ? '' : err }).toEqual({ command, code: 0, err: '' });
      expect(out, command).not.toBe('');
    }
    for (const file of ['first/report.html', 'second/results.json', 'third/results.json']) {
      expect(readFileSync(join(folder, file)).length).toBeGreaterThan(1000);
    }
  },
  MINUTES_MS,
);

it('has a program that prints what it says', () => {
  expect(programs).toHaveLength(1);
  mkdirSync(join(ROOT, 'build/examples'), { recursive: true });
  writeFileSync(PROGRAM, programs.join(''));
  const said = execFileSync(process.execPath, [PROGRAM], { encoding: 'utf8' });
  expect(said).toMatch(/^16384 frames in the balloon\nNode 0, zone /);
});
