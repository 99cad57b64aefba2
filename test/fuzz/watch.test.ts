// A case that does not end is ended by the thread beside it, with the command that shows it again. On the source alone.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transpileModule } from 'typescript';
import { expect, it } from 'vitest';
import { projectFile } from './root.ts';
import { emptyFolder } from '../support/folder.ts';

const folder = emptyFolder();

/** How a process under watch ends whose case does that. */
function endOf(
  work: string,
  seconds = 0.2,
): { code: number | null; signal: string | null; err: string } {
  const source = readFileSync(projectFile('test/fuzz/watch.ts'), 'utf8');
  const { outputText } = transpileModule(source, { compilerOptions: { module: 99, target: 99 } });
  writeFileSync(path.join(folder, 'watch.mjs'), outputText);
  const program = path.join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { isMainThread } from 'node:worker_threads';
    import { watch, watched } from './watch.mjs';
    if (isMainThread) {
      const { began, end } = watched(['one', 'two'], new URL(import.meta.url), ${seconds});
      began('two', 5, '3:0:12');
      ${work}
      await end();
    } else watch();`,
  );
  const { status, signal, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  return { code: status, signal, err: stderr };
}

const told =
  'two: FAILED: case 3:0:12 of seed 5 did not end in 0.2 s\n' +
  'again: npm run fuzz -- two --seed 5 --path 3:0:12\n';

it.each([
  ['never pauses', 'for (;;);'],
  ['waits for what never comes', 'await new Promise(() => {});'],
])('a case that %s is ended and told', (_, work) => {
  expect(endOf(work)).toEqual({ code: null, signal: 'SIGKILL', err: told });
});

it('a run that has come to its end is over', () => {
  expect(endOf('process.exitCode = 3;', 60)).toEqual({ code: 3, signal: null, err: '' });
});
