/** The scripts, in those shells that there are here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { completionCommand } from '../../../src/cli/completion.ts';
import { emptyFolder } from '../../support/folder.ts';

/** Stands for the program: says what it was asked, and two candidates. */
const folder = emptyFolder();
const STAND_IN = join(folder, 'guestmem');
writeFileSync(
  STAND_IN,
  `#!/bin/sh
[ "$1" = __complete ] || exit 1
shift
printf '%s|' "$@" > "${folder}/asked"
case "$*" in *nothing*) exit 0 ;; esac
printf 'one  the first: of two\\ntwo  the second\\n'
`,
);
chmodSync(STAND_IN, 0o755);
const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
const asked = (): string => execFileSync('cat', [join(folder, 'asked')], { encoding: 'utf8' });

async function scriptOf(shell: string): Promise<string> {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  await completionCommand().parseAsync([shell], { from: 'user' });
  write.mockRestore();
  return text;
}

const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

describe('completion', () => {
  it.runIf(isThere('bash'))('of bash asks the program for the words up to the cursor', async () => {
    const script = `${await scriptOf('bash')}
COMP_WORDS=(guestmem replay --system 'a b'); COMP_CWORD=3
_guestmem guestmem; printf '%s,' "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['--norc', '-c', script], { env, encoding: 'utf8' })).toBe(
      'one,two,',
    );
    expect(asked()).toBe('replay|--system|a b|');
  });

  it.runIf(isThere('fish'))(
    'of fish does the same, and names files where it has none',
    async () => {
      const script = (line: string): string => `${text}\ncd ${folder}\ncomplete -C '${line}'`;
      const text = await scriptOf('fish');
      const run = (line: string): string =>
        execFileSync('fish', ['--private', '-N', '-c', script(line)], { env, encoding: 'utf8' });
      expect(run('guestmem replay ')).toBe('one\tthe first: of two\ntwo\tthe second\n');
      expect(asked()).toBe('replay||');
      expect(run('guestmem nothing as')).toMatch(/^asked/m);
    },
  );

  it.runIf(isThere('zsh'))('of zsh describes what the program says', async () => {
    const script = `
compdef() { :; }
_files() { print files }
_describe() { print -l "\${(@P)2}" }
${await scriptOf('zsh')}
words=(guestmem replay --system ''); CURRENT=4; _guestmem
words=(guestmem nothing ''); CURRENT=3; _guestmem`;
    expect(execFileSync('zsh', ['-f', '-c', script], { env, encoding: 'utf8' })).toBe(
      'one:the first: of two\ntwo:the second\nfiles\n',
    );
  });

  it('of another shell is refused with the names of those that there are', async () => {
    await expect(scriptOf('bahs')).rejects.toThrow(/bash, zsh, fish \(did you mean bash\?\)/);
  });
});
