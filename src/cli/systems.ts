// guestmem systems: what can be named on the command line of a replay, a sentence each.

import { Command } from 'commander';
import { GROWTHS, KEEP_ALIVES, PLACEMENTS, SYSTEMS } from '../replay/index.ts';
import { FORMATS } from '../report/index.ts';
import { TRACE_FORMATS } from '../trace/index.ts';
import { print } from './terminal.ts';

interface Named {
  readonly name: string;
  readonly sentence: string;
}

const LISTS: readonly (readonly [string, readonly Named[]])[] = [
  ['Systems (--system):', SYSTEMS],
  ['Keep-alive policies (--keep-alive):', KEEP_ALIVES],
  ['Placement policies (--placement):', PLACEMENTS],
  ['Growth policies of CZones (--growth):', GROWTHS],
  ['Formats of output (--format):', FORMATS],
  ['Formats of traces, found by their files:', TRACE_FORMATS],
];

export function systemsText(): string {
  const width = Math.max(...LISTS.flatMap(([, list]) => list.map(({ name }) => name.length)));
  const sections = LISTS.map(([heading, list]) => {
    const lines = list.map(({ name, sentence }) => `${name.padEnd(width)}  ${sentence}\n`);
    return `${heading}\n${lines.join('')}`;
  });
  return sections.join('\n');
}

export function systemsCommand(): Command {
  return new Command('systems').action(() => {
    print(systemsText());
  });
}
