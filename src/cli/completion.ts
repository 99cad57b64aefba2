// guestmem completion SHELL: a script that completes commands, options and their values in that shell.

import { Command } from 'commander';
import { SHELLS, completionScript } from '../shell/index.ts';
import { choice } from './argument.ts';
import { print } from './terminal.ts';

export function completionCommand(): Command {
  return new Command('completion').argument('<shell>', SHELLS.join(', ')).action((text) => {
    print(completionScript(choice('shell', String(text), SHELLS)));
  });
}
