/** The word of `guestmem build-core`. What it compiles is tried in test/slow/build-core.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CORE_MARK, buildCoreCommand, verdictLine } from '../../../src/cli/build-core.ts';
import { ROOT } from '../../support/built.ts';
import { ran } from '../../support/command.ts';
import { folderWith } from '../../support/folder.ts';

it('says one word, and what it is by', () => {
  expect(verdictLine({ word: 'equal', operations: 20_000 })).toMatch(
    /^equal: .* 20,000 operations/,
  );
  expect(verdictLine({ word: 'sound', operations: 9, at: 7 })).toMatch(/^sound: .* operation 7 on/);
  const broken = { word: 'broken', operations: 9, at: 8, fault: 'A rule.' } as const;
  expect(verdictLine(broken)).toBe('broken: by operation 8: A rule.\n');
});

it('refuses a file that is not there, before it compiles', async () => {
  const run = buildCoreCommand().parseAsync(['none.ts'], { from: 'user' });
  await expect(run).rejects.toThrow('none.ts: expected a file in AssemblyScript');
});

it('replaces no module of somebody else, and says so before it compiles', async () => {
  const folder = folderWith({ 'own.ts': '', 'own.wasm': '\0asm of somebody' });
  const words = [join(folder, 'own.ts'), '--out', join(folder, 'own.wasm')];
  const { code, err } = await ran(buildCoreCommand(), ...words);
  expect([code, err]).toEqual([2, expect.stringContaining('a file that guestmem did not write')]);
});

it('knows a core by what it exports', () => {
  for (const name of ['release', 'debug', 'release-llfree']) {
    expect(readFileSync(join(ROOT, `build/core.${name}.wasm`), 'latin1')).toMatch(CORE_MARK);
  }
});
