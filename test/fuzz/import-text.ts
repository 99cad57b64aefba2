// Page events that other tools printed, with faults in them: imported into a folder that opens as a recording, or refused in one
// line that names file and line.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  RecordingError,
  importEvents,
  importReportOf,
  openCapture,
} from '../../src/recording/index.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { Folders } from './reading.ts';
import { UNPRINTABLE, textFault, withFault } from './text.ts';

const MOVABLE = 'migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP';
const KERNEL = 'migratetype=0 gfp_flags=GFP_KERNEL|__GFP_NEW';

interface Written {
  readonly pid: number;
  readonly cpu: number;
  readonly event: string;
  readonly fields: string;
}

const at = (pid: number, cpu: number, event: string, fields: string): Written => ({
  pid,
  cpu,
  event,
  fields,
});

/** A program that begins, gets, frees and reads pages, and ends; another that frees what nobody got. */
const EVENTS: readonly Written[] = [
  at(40, 0, 'sched:sched_process_fork', 'comm=sh pid=40 child_comm=sh child_pid=41'),
  at(41, 1, 'sched:sched_process_exec', 'filename=/usr/bin/python3 pid=41 old_pid=41'),
  at(41, 1, 'kmem:mm_page_alloc', `page=0x1200 pfn=0x1200 order=0 ${MOVABLE}`),
  at(41, 1, 'kmem:rss_stat', 'mm_id=1975759586 curr=1 type=MM_ANONPAGES size=4096B'),
  at(41, 1, 'exceptions:page_fault_user', 'address=0xd714018 ip=0x7fb9e0dd6109 error_code=0x6'),
  at(41, 0, 'kmem:mm_page_alloc', `page=0x1208 pfn=0x1208 order=3 ${KERNEL}`),
  at(
    41,
    0,
    'filemap:mm_filemap_add_to_page_cache',
    'dev 254:0 ino 33c49d pfn=0x1209 ofs=0 order=0',
  ),
  at(40, 1, 'kmem:mm_page_alloc', `page=0x1200 pfn=4608 order=0 ${MOVABLE}`),
  at(41, 0, 'kmem:mm_page_free', 'page=0x1208 pfn=0x1208 order=3'),
  at(40, 0, 'kmem:mm_page_free', 'page=0x1400 pfn=0x1400 order=1'),
  at(41, 1, 'kmem:rss_stat', 'mm_id=1975759586 curr=0 member=1 size=0B'),
  at(41, 0, 'sched:sched_switch', 'prev_comm=python3 prev_pid=41'),
  at(41, 0, 'sched:sched_process_exit', 'comm=python3 pid=41 prio=125 group_dead=true'),
];

const timeOf = (index: number): string => `12.${String(index + 1).padStart(6, '0')}`;
const cpuOf = ({ cpu }: Written): string => `[${String(cpu).padStart(3, '0')}]`;

/** By the tool whose output it is. */
const GOOD: Readonly<Record<string, string>> = {
  perf: EVENTS.map(
    (one, index) => `py 3 ${one.pid} ${cpuOf(one)} ${timeOf(index)}: ${one.event}: ${one.fields}\n`,
  ).join(''),
  'trace-cmd': [
    'cpus=2\n',
    ...EVENTS.map((one, index) => {
      const name = one.event.replace(/^\w+:/, '');
      return ` py-3-${one.pid} ${cpuOf(one)} d..1. ${timeOf(index)}: ${name}: ${one.fields}\n`;
    }),
  ].join(''),
};

async function outcomeOf(folder: string, text: string): Promise<'imported' | 'refused'> {
  const file = path.join(folder, 'events.txt');
  writeFileSync(file, text);
  try {
    const { files } = await importEvents(file);
    for (const [name, bytes] of files) writeFileSync(path.join(folder, name), bytes);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    expect(error.message).toMatch(/events\.txt(?::\d+)?: expected /);
    expect(error.message).not.toMatch(UNPRINTABLE);
    return 'refused';
  }
  await openCapture(folder);
  expect(importReportOf(folder)).toBeDefined();
  return 'imported';
}

export const importText: Fuzzer = {
  name: 'import-text',
  sentence:
    'A damaged text of page events is a recording that opens, with its report, or refused with file and line.',
  cases: 300,
  night: 100_000,
  create: () => {
    const names = Object.keys(GOOD);
    const tally = new Tally(names.flatMap((name) => [`${name} imported`, `${name} refused`]));
    const tried = new Tally(names);
    const folders = new Folders();
    const damage = fc.record({
      name: fc.constantFrom(...names),
      faults: fc.array(textFault, { maxLength: 3 }),
    });
    const property = fc.asyncProperty(damage, async ({ name, faults }) => {
      const text = faults.reduce(withFault, GOOD[name] as string);
      tally.add(`${name} ${await outcomeOf(folders.of('import', {}), text)}`);
      tried.add(name);
    });
    return { property, missing: tally.missing, tried: tried.counts, close: () => folders.close() };
  },
};
