/** What `guestmem` says when it cannot even be loaded. On the sources alone: the module that it loads is one that fails. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'guestmem-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The file is JavaScript, but for one type. */
const MAIN = readFileSync('src/cli/main.ts', 'utf8').replace(': readonly unknown[]', '');

function endOf(program: string): { code: number | null; err: string } {
  writeFileSync(join(folder, 'main.mjs'), MAIN.replace('./program.ts', './program.mjs'));
  writeFileSync(join(folder, 'program.mjs'), program);
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'main.mjs')], {
    encoding: 'utf8',
  });
  return { code: status, err: stderr };
}

it.each(['EMFILE', 'ENFILE'])('ends with one line when no more files may be open (%s)', (code) => {
  const program = `throw Object.assign(new Error('too many open files'), { code: '${code}' });`;
  expect(endOf(program)).toEqual({
    code: 1,
    err: 'guestmem: too many open files: raise their limit (ulimit -n)\n',
  });
});

it('keeps the stack of a defect', () => {
  const { code, err } = endOf('throw new Error("a defect");');
  expect(code).toBe(1);
  expect(err).toContain('at file://');
});
