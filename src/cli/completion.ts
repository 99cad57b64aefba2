// guestmem completion SHELL: a script that completes commands and their options in that shell.

import { Command } from 'commander';
import { choice } from './argument.ts';
import { print } from './terminal.ts';

/** A command and what may follow it. */
export interface Completed {
  readonly name: string;
  readonly sentence: string;
  readonly words: readonly string[];
}

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** In single quotes, for any of the shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(
    ({ name, words }) => `    ${name}) words=${quoted(words.join(' '))} ;;`,
  );
  return `# guestmem completion bash >> ~/.bashrc
_guestmem() {
  local words=${quoted(commands.map(({ name }) => name).join(' '))}
  [ "$COMP_CWORD" -gt 1 ] && case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words='' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _guestmem guestmem
`;
}

function zsh(commands: readonly Completed[]): string {
  const names = commands.map(({ name, sentence }) => quoted(`${name}:${sentence}`));
  const cases = commands.map(({ name, words }) => `    ${name}) compadd -- ${words.join(' ')} ;;`);
  return `#compdef guestmem
# guestmem completion zsh > "\${fpath[1]}/_guestmem"
_guestmem() {
  local -a commands=(${names.join(' ')})
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case $words[2] in
${cases.join('\n')}
  esac
  _files
}
compdef _guestmem guestmem
`;
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, sentence, words }) => {
    const own = words.map((word) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c guestmem -n '__fish_seen_subcommand_from ${name}' ${what}`;
    });
    const command = `complete -c guestmem -n __fish_use_subcommand -a ${name} -d ${quoted(sentence)}`;
    return [command, ...own];
  });
  return `# guestmem completion fish > ~/.config/fish/completions/guestmem.fish\n${lines.join('\n')}\n`;
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly Completed[]) => string>> = {
  bash,
  zsh,
  fish,
};

/** What a command and the commands below it take. */
export function wordsOf(command: Command): string[] {
  const options = command.options.flatMap(({ long }) => (long == null ? [] : [long]));
  const inner = command.commands.flatMap((one) => [one.name(), ...wordsOf(one)]);
  return [...new Set([...inner, ...options])];
}

export function completionScript(shell: Shell, commands: readonly Completed[]): string {
  return SCRIPTS[shell](commands);
}

/** `all` makes every command, to look at its options. */
export function completionCommand(all: () => Promise<readonly Completed[]>): Command {
  return new Command('completion').argument('<shell>', SHELLS.join(', ')).action(async (text) => {
    print(completionScript(choice('shell', String(text), SHELLS), await all()));
  });
}
