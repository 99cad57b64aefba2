// Scripts that complete commands, options and their values in a shell. They ask the program each time (`guestmem __complete WORDS`),
// which alone knows what there is.

import { expectName } from '../check/index.ts';

/** Shells that have a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A shell by name. */
export type Shell = (typeof SHELLS)[number];

/** What the scripts ask the program for. */
export const COMPLETE = '__complete';

const BASH = `# guestmem completion bash >> ~/.bashrc
_guestmem() {
  local IFS=$'\\n'
  COMPREPLY=($("$1" ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -d " " -f 1))
}
complete -o default -F _guestmem guestmem
`;

const ZSH = `#compdef guestmem
# guestmem completion zsh > "\${fpath[1]}/_guestmem"
_guestmem() {
  local -a lines
  lines=("\${(@f)$("\${words[1]}" ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -z "\${lines[1]}" ]]; then _files; return; fi
  lines=("\${(@)lines/  /:}")
  _describe guestmem lines
}
if [[ "\${funcstack[1]}" == _guestmem ]]; then _guestmem; else compdef _guestmem guestmem; fi
`;

const FISH = `# guestmem completion fish > ~/.config/fish/completions/guestmem.fish
function __guestmem
  set -l line (commandline -opc)
  set -l current (commandline -ct)
  set -l found ($line[1] ${COMPLETE} $line[2..-1] "$current" 2>/dev/null)
  if test -n "$found[1]"
    string replace '  ' \\t -- $found
  else
    __fish_complete_path "$current"
  end
end
complete -c guestmem -f -a '(__guestmem)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};

/** The script that completes `guestmem` in a shell (`guestmem completion bash`). Throws RefusedArgument for another shell. */
export function completionScript(shell: Shell): string {
  expectName('shell', shell, SHELLS);
  return SCRIPTS[shell];
}
