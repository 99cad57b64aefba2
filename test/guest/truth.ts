/** The guest's own word: what its kernel says of its pages, through /proc and tracing. */

import type { Machine } from './machine.ts';

/** Bits of /proc/kpageflags. A page in a balloon is "logically offline". */
const KPF_BUDDY = 10n;
const KPF_OFFLINE = 23n;

export interface PageFlags {
  /** Pages in the balloon. */
  readonly offline: ReadonlySet<number>;
  /** Pages in free blocks of the buddy allocator; those on per-cpu lists are not among them. */
  readonly free: ReadonlySet<number>;
}

export async function pageFlags(machine: Machine): Promise<PageFlags> {
  const bytes = await machine.readFile('/proc/kpageflags');
  const offline = new Set<number>();
  const free = new Set<number>();
  for (let pfn = 0; pfn < bytes.length / 8; pfn++) {
    const flags = bytes.readBigUInt64LE(pfn * 8);
    if (((flags >> KPF_OFFLINE) & 1n) === 1n) offline.add(pfn);
    if (((flags >> KPF_BUDDY) & 1n) === 1n) free.add(pfn);
  }
  return { offline, free };
}

/** Lines of a name and a number: /proc/vmstat, /proc/meminfo. */
export async function counters(machine: Machine, file: string): Promise<(name: string) => number> {
  const text = await machine.run(`cat /proc/${file}`);
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, value] = line.split(/:?\s+/);
    if (name !== undefined) values.set(name, Number(value));
  }
  return (name) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`/proc/${file} has no ${name}`);
    return value;
  };
}

/** Free blocks of an order, zone by zone. */
export async function freeBlocks(machine: Machine, order: number): Promise<Map<string, number>> {
  const blocks = new Map<string, number>();
  for (const line of (await machine.run('cat /proc/buddyinfo')).trim().split('\n')) {
    const [, zone, counts] = /zone\s+(\S+)\s+(.*)/.exec(line) ?? [];
    if (zone !== undefined) blocks.set(zone, Number(counts?.trim().split(/\s+/)[order]));
  }
  return blocks;
}

export interface PageEvent {
  readonly page: number;
  readonly pfn: number;
  readonly order: number;
  readonly gfp: string;
}

/** Lets `act` happen while events are traced; those that came. `filter`: in the words of tracefs. */
export async function traced(
  machine: Machine,
  event: 'mm_page_alloc' | 'mm_page_free',
  filter: string,
  act: () => Promise<void>,
): Promise<PageEvent[]> {
  const folder = `events/kmem/${event}`;
  await machine.run(
    `echo '${filter}' > ${folder}/filter && echo > trace && echo 1 > ${folder}/enable`,
  );
  await act();
  await machine.run(`echo 0 > ${folder}/enable`);
  const text = await machine.run(`sed -n 's/.*${event}: //p' trace`);
  return text.split('\n').flatMap((line) => {
    const found = /^page=(\S+) pfn=(\S+) order=(\d+)(?:.*gfp_flags=(\S+))?/.exec(line);
    if (found === null) return [];
    const [, page, pfn, order, gfp = ''] = found;
    return [{ page: Number(`0x${page}`), pfn: Number(pfn), order: Number(order), gfp }];
  });
}

/** Kernel functions that are probed write lines of fields; one record a line. */
export async function probed(
  machine: Machine,
  definition: string,
  act: () => Promise<void>,
): Promise<Map<string, number>[]> {
  await machine.run(`echo 'p:bench ${definition}' > kprobe_events && echo > trace`);
  await machine.run('echo 1 > events/kprobes/bench/enable');
  await act();
  await machine.run('echo 0 > events/kprobes/bench/enable');
  const text = await machine.run("sed -n 's/.*bench: //p' trace");
  await machine.run('echo > kprobe_events');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map(
    (line) =>
      new Map(
        [...line.matchAll(/(\w+)=(\w+)/g)].map(([, name, value]) => [
          name as string,
          Number(value),
        ]),
      ),
  );
}

/** Where the kernel keeps the record of each page: address of the first, bytes each. */
export interface PageTable {
  readonly base: number;
  readonly stride: number;
}

export async function pageTable(machine: Machine): Promise<PageTable> {
  const events = await traced(machine, 'mm_page_alloc', 'order == 0', async () => {
    await machine.run('cat /proc/meminfo >/dev/null');
  });
  const [first] = events;
  const other = events.find(({ pfn }) => first !== undefined && pfn !== first.pfn && pfn !== 0);
  if (first === undefined || other === undefined) throw new Error('no page was allocated');
  const stride = (other.page - first.page) / (other.pfn - first.pfn);
  return { base: first.page - first.pfn * stride, stride };
}
