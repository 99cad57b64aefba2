// guestmem import: page events that trace-cmd or perf recorded on any machine, as a folder that pages and profile read.

import { Command } from 'commander';
import { FRAME_BYTES } from '../abi/unit.ts';
import {
  IMPORT_FILES,
  type ImportReport,
  type ImportedProcess,
  importEvents,
} from '../recording/index.ts';
import { alignRows, formatBytes, formatCount } from '../report/index.ts';
import { OutputFolder } from '../report/node.ts';
import { telling, writesInto } from './apart.ts';
import { print } from './terminal.ts';

interface ImportFlags {
  readonly out: string;
  readonly force?: boolean;
}

/** Programs that a table shows; import.json has all. */
const SHOWN = 20;

/** What no page event says, of any tool. */
const UNVERIFIED =
  "not verified: the allocator's state was not recorded. Frames that no event names are taken as in use, pageblocks without any as no memory, " +
  "per-cpu lists as empty; pages that compaction and the bulk allocator take have no event; perf does not tell what an interrupt did from its task's doing\n";

function processRow(one: ImportedProcess): string[] {
  const resident = (kind: 'anonymous' | 'file'): string => `${one[kind]?.most ?? '-'}`;
  const counts = [one.allocated, one.freed, one.most].map(String);
  const { name, pid, cached, faults } = one;
  return [
    name,
    `${pid}`,
    ...counts,
    resident('anonymous'),
    resident('file'),
    `${cached}`,
    `${faults}`,
  ];
}

/** What programs did, those that got most first. */
export function processesText({ source, processes }: ImportReport): string {
  const header = [
    'frames of 4 KiB',
    'pid',
    'allocated',
    'freed of those',
    'most of those',
    'anonymous, most',
    'of files, most',
    'page cache',
    'faults',
  ];
  const rows = processes.slice(0, SHOWN).map(processRow);
  const more = processes.length - rows.length;
  const rest = more > 0 ? `and ${more} more\n` : '';
  return `programs in page events of ${source}\n${alignRows([header, ...rows])}\n${rest}${UNVERIFIED}`;
}

function importedText(report: ImportReport): string {
  const { events, cpus, spanS, memoryFrames, freesMissing, allocsMissing } = report;
  const { passedOver, unknownFlags } = report;
  const others = Object.entries(passedOver).map(([name, times]) => `${name} ${formatCount(times)}`);
  const notes = [
    freesMissing > 0 &&
      `${formatCount(freesMissing)} frames were got again with no free before: one was put there`,
    allocsMissing > 0 &&
      `${formatCount(allocsMissing)} frees of frames that no event had taken were left out`,
    unknownFlags.length > 0 && `gfp flags not known here: ${unknownFlags.join(', ')}`,
    others.length > 0 && `passed over: ${others.join(', ')}`,
  ].filter((note) => note !== false);
  const memory = formatBytes(memoryFrames * FRAME_BYTES);
  const head = `${formatCount(events)} events, ${cpus} cpus, ${spanS.toFixed(1)} s, ${memory} of memory in their pageblocks`;
  return [head, ...notes, ''].join('\n');
}

async function run(file: string, { out, force }: ImportFlags): Promise<void> {
  const output = new OutputFolder(out, IMPORT_FILES, { isForced: force, ...writesInto(out) });
  try {
    const { files, report } = await importEvents(file, telling('bytes'));
    output.write([...files].map(([name, content]) => ({ name, content })));
    print(`${importedText(report)}${processesText(report)}wrote ${out}: ${files.size} files\n`);
  } finally {
    output.close();
  }
}

export function importCommand(): Command {
  return new Command('import')
    .argument('<file>', 'text of trace-cmd report or perf script, or packed as .gz')
    .requiredOption('--out <folder>', 'where the recording goes')
    .option('--force', 'replace files in that folder which guestmem did not write')
    .action(run);
}
