/** What `guestmem` says before it is loaded, or when it cannot be. On two sources alone: the module that they load is the test's. */
import { readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { transpileModule } from 'typescript';
import { expect, it } from 'vitest';
import { emptyFolder } from '../../support/folder.ts';

const folder = emptyFolder();

/** A source as Node runs it, beside others of the kind. */
function put(name: string, from = 'src/cli'): void {
  const source = readFileSync(join(from, `${name}.ts`), 'utf8');
  const { outputText } = transpileModule(source, { compilerOptions: { module: 99, target: 99 } });
  writeFileSync(
    join(folder, `${name}.mjs`),
    outputText.replace(/\.\.?\/(?:abi\/)?(\w+)\.ts/g, './$1.mjs'),
  );
}

function endOf(program: string): { code: number | null; err: string } {
  for (const name of ['main', 'early', 'addresses']) put(name);
  put('unit', 'src/abi');
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

/** Gets the signal, then would go on for long. */
const killed = (signal: string): string =>
  `process.kill(process.pid, '${signal}'); await new Promise((done) => setTimeout(done, 60_000));`;

it.each([
  ['SIGINT', 130, 'interrupted'],
  ['SIGTERM', 143, 'ended by SIGTERM'],
  ['SIGHUP', 129, 'ended by SIGHUP'],
])('has a word for %s that comes before a command hears of it', (signal, code, word) => {
  expect(endOf(killed(signal))).toEqual({
    code,
    err: `guestmem: ${word}, nothing was written\n`,
  });
});

it.each([
  [true, 'its work was done'],
  [false, 'its work had failed'],
])('has a word for a signal that comes after the work (done: %s)', (isDone, word) => {
  const works = `import { handOver, hearLate } from './early.mjs';
    handOver(); hearLate(${isDone});`;
  expect(endOf(works + killed('SIGHUP'))).toEqual({
    code: 129,
    err: `guestmem: ended by SIGHUP, ${word}\n`,
  });
});

it('leaves a signal to the command that hears of it', () => {
  const hears = `import { handOver } from './early.mjs';
    process.once('SIGTERM', () => process.exit(7)); handOver();`;
  expect(endOf(hears + killed('SIGTERM'))).toEqual({ code: 7, err: '' });
});
