// guestmem systems: the systems that can be compared, a sentence each.

import { Command } from 'commander';
import { SYSTEMS } from '../replay/index.ts';

export function systemsText(): string {
  const width = Math.max(...SYSTEMS.map((spec) => spec.name.length));
  return SYSTEMS.map((spec) => `${spec.name.padEnd(width)}  ${spec.sentence}\n`).join('');
}

export function systemsCommand(): Command {
  return new Command('systems').description('List the systems that can be compared').action(() => {
    process.stdout.write(systemsText());
  });
}
