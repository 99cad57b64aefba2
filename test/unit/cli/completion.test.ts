import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { completionScript, wordsOf } from '../../../src/cli/completion.ts';

const COMMANDS = [
  { name: 'replay', sentence: "A trace's replay", words: ['--seed', '--system'] },
  { name: 'trace', sentence: 'A trace', words: ['info', '--seed'] },
];

describe('completion', () => {
  it('of bash is a script that completes commands and options', () => {
    const script = completionScript('bash', COMMANDS);
    const ask = (words: string): string =>
      spawnSync(
        'bash',
        [
          '--norc',
          '-c',
          `${script}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _guestmem; echo "\${COMPREPLY[@]}"`,
        ],
        { encoding: 'utf8' },
      ).stdout.trim();
    expect(ask('guestmem re')).toBe('replay');
    expect(ask('guestmem replay --s')).toBe('--seed --system');
    expect(ask('guestmem trace i')).toBe('info');
  });

  it.each(['zsh', 'fish'] as const)('of %s names all of them, and breaks at no quote', (shell) => {
    const script = completionScript(shell, COMMANDS);
    for (const word of ['replay', 'trace', 'info', 'seed', 'system'])
      expect(script).toContain(word);
    expect(script).not.toContain("trace's");
  });

  it('takes words from commands and those below them, each once', () => {
    const command = new Command('trace').option('--seed <n>', 'seed').option('-x', 'no long name');
    command.command('info').option('--seed <n>', 'seed');
    expect(wordsOf(command)).toEqual(['info', '--seed']);
  });
});
