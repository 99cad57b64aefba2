// guestmem systems: what can be named on the command line of a replay, a sentence each; of systems also their source and limits.

import { Command } from 'commander';
import {
  GROWTHS,
  HOST_PLACEMENTS,
  IDLE_POLICIES,
  KEEP_ALIVES,
  PLACEMENTS,
  SYSTEMS,
  WHEN_FULL,
} from '../replay/index.ts';
import { FORMATS } from '../report/index.ts';
import { TRACE_FORMATS } from '../trace/index.ts';
import { print } from './terminal.ts';

interface Named {
  readonly name: string;
  readonly sentence: string;
  readonly source?: string;
  readonly limits?: string;
}

interface NamedList {
  /** In JSON. */
  readonly key: string;
  readonly heading: string;
  readonly list: readonly Named[];
}

const LISTS: readonly NamedList[] = [
  { key: 'systems', heading: 'Systems (--system):', list: SYSTEMS },
  { key: 'keepAlives', heading: 'Keep-alive policies (--keep-alive):', list: KEEP_ALIVES },
  { key: 'idlePolicies', heading: 'Idle policies (--idle):', list: IDLE_POLICIES },
  { key: 'placements', heading: 'Placement policies (--placement):', list: PLACEMENTS },
  {
    key: 'hostPlacements',
    heading: 'Placement over hosts (--host-placement):',
    list: HOST_PLACEMENTS,
  },
  { key: 'whenFull', heading: 'When hosts are full (--when-full):', list: WHEN_FULL },
  { key: 'growths', heading: 'Growth policies of CZones (--growth):', list: GROWTHS },
  { key: 'formats', heading: 'Formats of output (--format):', list: FORMATS },
  { key: 'traces', heading: 'Formats of traces, found by their files:', list: TRACE_FORMATS },
];

function entryText({ name, sentence, source, limits }: Named, width: number): string {
  const lines = [`${name.padEnd(width)}  ${sentence}`];
  const indent = ' '.repeat(width + 2);
  if (source !== undefined) lines.push(`${indent}Source: ${source}`);
  if (limits !== undefined) lines.push(`${indent}Limits: ${limits}`);
  return `${lines.join('\n')}\n`;
}

export function systemsText(): string {
  const width = Math.max(...LISTS.flatMap(({ list }) => list.map(({ name }) => name.length)));
  const sections = LISTS.map(
    ({ heading, list }) => `${heading}\n${list.map((entry) => entryText(entry, width)).join('')}`,
  );
  return sections.join('\n');
}

/** The same lists, as one object. */
export function systemsJson(): string {
  const lists = LISTS.map(({ key, list }): [string, readonly Named[]] => [
    key,
    list.map(({ name, sentence, source, limits }) => ({
      name,
      sentence,
      ...(source === undefined ? {} : { source }),
      ...(limits === undefined ? {} : { limits }),
    })),
  ]);
  return `${JSON.stringify(Object.fromEntries(lists), null, 2)}\n`;
}

export function systemsCommand(): Command {
  return new Command('systems')
    .option('--json', 'print the lists as JSON')
    .action(({ json }: { readonly json?: boolean }) => {
      print(json === true ? systemsJson() : systemsText());
    });
}
