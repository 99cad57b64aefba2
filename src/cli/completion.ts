// guestmem completion SHELL: a script that completes commands, options and their values in that shell. It asks the program each time
// (`guestmem __complete WORDS`), which alone knows what there is.

import { Command } from 'commander';
import { choice } from './argument.ts';
import { SHELLS } from './complete-values.ts';
import { COMPLETE, print } from './terminal.ts';

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

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};

export function completionCommand(): Command {
  return new Command('completion').argument('<shell>', SHELLS.join(', ')).action((text) => {
    print(SCRIPTS[choice('shell', String(text), SHELLS)]);
  });
}
