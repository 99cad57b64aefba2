// What a recording keeps of /proc, of uname and of the tracer's own counts: each line in its form, and what is read of them.

import path from 'node:path';
import { UNPRINTABLE } from '../../check/index.ts';
import { type AllocatorState, type KernelRules, ORDERS } from '../../core/index.ts';
import { quote, RecordingError } from '../error.ts';
import { readOptional } from './files.ts';

const NUMBER = String.raw`\d{1,20}`;
const ZONE = String.raw`Node +\d+, zone +\w+`;
/** pagetypeinfo counts no further than 100,000. */
const COUNTS = `(?: +>?${NUMBER})+ *`;

/** A form of the lines of each file. Files with a name of several words are told by the first. */
const FORMS: Readonly<Record<string, RegExp>> = {
  zoneinfo: new RegExp(
    `^(?:${ZONE}| {2}(?:per-node stats|pagesets)| {2}pages free +${NUMBER}| +protection: \\((?:${NUMBER}(?:, )?)+\\)| +[\\w ]+:? +${NUMBER})$`,
  ),
  vmstat: new RegExp(`^\\w+ ${NUMBER}$`),
  buddyinfo: new RegExp(`^${ZONE}(?: +${NUMBER}){${ORDERS}} *$`),
  pagetypeinfo: new RegExp(
    `^(?:|Pages? (?:block order|per block): +${NUMBER}|Free pages count per migrate type at order${COUNTS}|Number of blocks type(?: +\\w+)+ *|${ZONE}(?:, type +\\w+)?${COUNTS})$`,
  ),
  tracestats: /^[a-z ]+: +\d+(?:\.\d+)?$/,
  extrastats: /^[a-z ]+: +\d+(?:\.\d+)?$/,
  uname: /^Linux \S+ \d{1,4}\.\d{1,4}\.\S+ \S/,
  cmdline: /^/,
};

/** Files of one line. */
const SINGLE: readonly string[] = ['uname', 'cmdline'];

/** The lines of a file, each in its form; none where there is no such file. */
function linesIn(folder: string, name: string): readonly string[] {
  const text = readOptional(folder, name);
  if (text === undefined) return [];
  const file = path.join(folder, name);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const form = FORMS[name.split('.')[0] as string] as RegExp;
  lines.forEach((line, at) => {
    if (form.test(line) && line.search(UNPRINTABLE) < 0) return;
    throw new RecordingError(file, at + 1, `a line of ${name}`, quote(line));
  });
  if (lines.length > 1 && SINGLE.includes(name)) {
    throw new RecordingError(file, 2, 'one line', quote(lines[1] as string));
  }
  if (lines.length === 0) throw new RecordingError(file, 1, `a line of ${name}`, 'none');
  return lines;
}

/** Files of which nothing is read but whether they are what they should be. */
const UNREAD = ['zoneinfo.after', 'vmstat.after', 'buddyinfo.after', 'pagetypeinfo.after'];

/** Looks at what no replay needs. Throws RecordingError. */
export function checkUnread(folder: string): void {
  for (const name of UNREAD) linesIn(folder, name);
}

/** What the kernel counted beside a trace: events that it had no room for are not in it. */
export function checkStats(folder: string, name: string): void {
  linesIn(folder, name).forEach((line, at) => {
    const [, word, count] = /^(overrun|commit overrun|dropped events): +(\S+)/.exec(line) ?? [];
    if (word === undefined || Number(count) === 0) return;
    const found = `${word}: ${count}`;
    throw new RecordingError(path.join(folder, name), at + 1, 'a trace with all its events', found);
  });
}

/** Options that are read, and what the kernel takes. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  memhp_default_state: /^(?:offline|online|online_kernel|online_movable)$/,
  'memory_hotplug.online_policy': /^(?:contig-zones|auto-movable)$/,
  'memory_hotplug.auto_movable_ratio': /^\d{1,9}$/,
};

/** The kernel's command line; empty when the recording has none. */
export function readCmdline(folder: string): string {
  const [cmdline = ''] = linesIn(folder, 'cmdline');
  for (const word of cmdline.split(/\s+/)) {
    const at = word.indexOf('=');
    const form = OPTIONS[word.slice(0, at)];
    if (at < 0 || form === undefined || form.test(word.slice(at + 1))) continue;
    const expected = `a value that ${word.slice(0, at)} has`;
    throw new RecordingError(path.join(folder, 'cmdline'), 1, expected, quote(word));
  }
  return cmdline.trim();
}

/** What `uname -a` said; undefined when the recording has none. */
export function readUname(folder: string): string | undefined {
  return linesIn(folder, 'uname')[0];
}

/** Kernels from 6.7 on tune their lists, and say more of them. */
export function checkLists(file: string, text: string, kernel: KernelRules): void {
  text.split('\n').forEach((line, at) => {
    if (!line.startsWith('pcp ') || line.includes(' high_min ') === kernel.pcpTunes) return;
    const expected = `lists of a kernel ${kernel.pcpTunes ? 'from' : 'before'} 6.7, as uname says`;
    throw new RecordingError(file, at + 1, expected, quote(line));
  });
}

/** A number, and where it stands. */
interface Placed {
  readonly text: string;
  readonly line: number;
}

/** What zoneinfo says of a zone by name: the first of each, and all of what it says of every CPU. */
interface ZoneInfo {
  readonly line: number;
  readonly first: Map<string, Placed>;
  readonly batches: Placed[];
  readonly lags: Placed[];
}

const FIELD = /^ +(\w[\w ]*?):? +(\d+|\(.*\))$/;

function zonesIn(lines: readonly string[]): ReadonlyMap<string, ZoneInfo> {
  const zones = new Map<string, ZoneInfo>();
  let zone: ZoneInfo | undefined;
  lines.forEach((text, at) => {
    const name = /^Node +0, zone +(\w+)$/.exec(text)?.[1];
    if (name !== undefined) {
      zone = { line: at + 1, first: new Map(), batches: [], lags: [] };
      zones.set(name, zone);
    }
    const [, field, value] = FIELD.exec(text) ?? [];
    if (zone === undefined || field === undefined || value === undefined) return;
    const placed = { text: value, line: at + 1 };
    if (field === 'batch') zone.batches.push(placed);
    else if (field === 'vm stats threshold') zone.lags.push(placed);
    else if (!zone.first.has(field)) zone.first.set(field, placed);
  });
  return zones;
}

/** Most that a CPU gathers of a zone's free count (docs/linux-memory.md A.14). */
const LAG_MOST = 125;

/** Puts into a zone what zoneinfo says of it and pagestate does not; what both say is the same: nothing happened between them. */
function follow(file: string, zone: AllocatorState['zones'][number], info: ZoneInfo): void {
  const expect = (name: string, wanted: string, found: Placed | undefined): void => {
    if (found?.text === wanted) return;
    const expected = `${name} ${wanted} of zone ${zone.name}, as in pagestate.start`;
    throw new RecordingError(file, found?.line ?? info.line, expected, found?.text ?? 'none');
  };
  const { startPfn, spanned, present, managed, min, low, high, reserve, pcps } = zone;
  for (const [name, wanted] of Object.entries({ spanned, present, managed, min, low, high })) {
    expect(name, `${wanted}`, info.first.get(name));
  }
  expect('start_pfn', `${startPfn}`, info.first.get('start_pfn'));
  expect('protection', `(${reserve.join(', ')})`, info.first.get('protection'));
  pcps.forEach(({ batch }, cpu) => expect('batch', `${batch}`, info.batches[cpu]));
  const wrong = info.lags.find(({ text }) => Number(text) > LAG_MOST);
  if (wrong !== undefined) {
    const expected = `a threshold of 0 to ${LAG_MOST}`;
    throw new RecordingError(file, wrong.line, expected, wrong.text);
  }
  const lag = info.lags.at(-1);
  if (lag !== undefined) zone.lagMost = Number(lag.text);
}

/** Tells the zones of the first state what zoneinfo says of them; nothing when a recording has none. */
export function addZoneinfo(folder: string, { zones }: AllocatorState): void {
  const lines = linesIn(folder, 'zoneinfo.before');
  if (lines.length === 0) return;
  const file = path.join(folder, 'zoneinfo.before');
  const known = zonesIn(lines);
  for (const zone of zones) {
    const info = known.get(zone.name);
    if (zone.present === 0) continue;
    if (info !== undefined) follow(file, zone, info);
    else {
      throw new RecordingError(file, lines.length, `zone ${zone.name}`, 'none');
    }
  }
}
