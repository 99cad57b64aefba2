/** Free page hinting and free page reporting, with the blocks that the kernel says it gave. */

import { type Bench, Disagreement, type Feature, agree, equal } from './bench.ts';
import { type Range, pagesOf } from './ledger.ts';
import type { Machine } from './machine.ts';
import { type PageTable, pageFlags, pageTable, probed, traced } from './truth.ts';

const LARGEST_ORDER = 10;
const STOP = 0;

function isWhole({ free }: { free: ReadonlySet<number> }, start: number, pages: number): boolean {
  for (let pfn = start; pfn < start + pages; pfn++) if (!free.has(pfn)) return false;
  return true;
}

export const hinting: Feature = async (bench) => {
  const { machine, ledger } = bench;
  const { model } = machine.balloon;
  await bench.inflateTo(0);
  ledger.clear();
  const filter = `order == ${LARGEST_ORDER}`;
  const asked = await traced(machine, 'mm_page_alloc', filter, async () => {
    model.startHinting(false);
    await machine.until('the driver says that it has no more', () => isThrough(bench));
  });
  const blocks = asked.filter(({ pfn }) => pfn !== 0).map(({ pfn }) => pfn);
  agree(
    'blocks hinted',
    ledger.hinted.map(({ pfn }) => pfn),
    blocks,
  );
  const pages = pagesOf(ledger.hinted);
  const held = await pageFlags(machine);
  equal(
    'hinted pages that are free while they are hinted',
    0,
    pages.filter((pfn) => held.free.has(pfn)).length,
  );
  const freed = await traced(machine, 'mm_page_free', filter, async () => {
    model.finishHinting();
    await machine.run('sleep 1');
  });
  agree(
    'blocks given back',
    freed.map(({ pfn }) => pfn),
    blocks,
  );
  return {
    feature: 'hinting, start to done',
    messages: ledger.hinted.length + 2,
    pages: pages.length,
    note: 'mm_page_alloc, mm_page_free, kpageflags',
  };
};

function isThrough({ machine, ledger }: Bench): boolean {
  const { hinting: now } = machine.balloon.model;
  return ledger.hinted.length > 0 && now.guestCmdId === STOP;
}

export const hintingStopped: Feature = async (bench) => {
  const { machine, ledger } = bench;
  const { model } = machine.balloon;
  ledger.clear();
  ledger.onHint = (): void => {
    ledger.onHint = undefined;
    model.stopHinting();
  };
  const id = model.startHinting(false) ?? 0;
  await machine.until('the driver stops', () => isThrough(bench));
  const stopped = ledger.hinted.length;
  const again = model.startHinting(false) ?? 0;
  if (again === id) throw new Disagreement('a second run has the id of the first');
  await machine.until(
    'the driver goes through all of it',
    () => ledger.hinted.length > stopped && isThrough(bench),
  );
  const all = ledger.hinted.length - stopped;
  if (stopped >= all)
    throw new Disagreement(`stopped, and ${stopped} blocks came as well as ${all}`);
  model.finishHinting();
  await machine.run('sleep 1');
  const flags = await pageFlags(machine);
  const lost = ledger.hinted.filter(({ pfn, count }) => !isWhole(flags, pfn, count));
  return {
    feature: 'hinting, stopped',
    messages: ledger.hinted.length + 4,
    pages: pagesOf(ledger.hinted).length,
    note: `${stopped} blocks, then ${all} in a new run; ${lost.length} not whole afterwards`,
  };
};

/** Bytes of an entry of the list that the driver is handed: link, offset, length, address, its length. */
const ENTRY_BYTES = 20;
const ENTRIES = 32;

/** Its entries, by the registers that have the function's arguments. */
const REPORT_PROBE: string = [
  'virtballoon_free_page_report nents=%cx:u32',
  ...Array.from({ length: ENTRIES }, (_, i) => {
    const at = i * ENTRY_BYTES;
    return `p${i}=+${at}(%dx):x32 n${i}=+${at + 8}(%dx):u32`;
  }),
].join(' ');

/** Low bits of a link mark the list's ends. */
const LINK_BITS = 3;

function reportedRanges(
  records: readonly Map<string, number>[],
  { base, stride }: PageTable,
): Range[] {
  return records.flatMap((record) =>
    Array.from({ length: record.get('nents') ?? 0 }, (_, i) => ({
      pfn: ((record.get(`p${i}`) ?? 0) - ((record.get(`p${i}`) ?? 0) & LINK_BITS) - base) / stride,
      count: (record.get(`n${i}`) ?? 0) / 4096,
    })),
  );
}

/** Waits until nothing was reported for longer than the kernel's pause of two seconds. */
async function untilReported({ machine, ledger }: Bench): Promise<void> {
  for (let before = -1; before !== ledger.reported.length;) {
    before = ledger.reported.length;
    await machine.run('sleep 4');
  }
}

/** How many of a page's bytes are not zero, as the guest reads it. */
async function bytesInGuest({ machine }: Bench, pfns: readonly number[]): Promise<number[]> {
  const header = Buffer.from(
    (await machine.run('head -c 4096 /proc/kcore | base64 -w 0')).trim(),
    'base64',
  );
  const entries = header.readUInt16LE(44);
  const start = header.readUInt32LE(28);
  let offset = -1;
  for (let i = 0; i < entries; i++) {
    const at = start + 32 * i;
    // the kernel's own mapping of memory from 0 on
    if (header.readUInt32LE(at) === 1 && header.readUInt32LE(at + 8) === 0xc000_0000)
      offset = header.readUInt32LE(at + 4);
  }
  if (offset < 0) throw new Error('/proc/kcore does not show memory');
  const counts: number[] = [];
  for (const pfn of pfns) {
    const skip = offset / 4096 + pfn;
    const text = await machine.run(
      `dd if=/proc/kcore bs=4096 skip=${skip} count=1 2>/dev/null | tr -d '\\0' | wc -c`,
    );
    counts.push(Number(text));
  }
  return counts;
}

/** 96 MiB of ones in a file. */
const FILL: string = [
  'tr "\\0" "\\377" </dev/zero | head -c 1048576 >/tmp/one',
  'for i in $(seq 96); do cat /tmp/one; done >/tmp/fill',
].join('; ');

/** One page in each of the largest blocks. */
const isSample = (pfn: number): boolean => pfn % 2 ** LARGEST_ORDER === 7;
const SAMPLES = 8;

export const reporting: Feature = async (bench) => {
  const { machine, ledger } = bench;
  await bench.inflateTo(0);
  const table = await pageTable(machine);
  // what lies in the pages must be something, for zeros to mean anything
  const { free } = await pageFlags(machine);
  await machine.run(FILL);
  const used = await pageFlags(machine);
  const samples = [...free].filter((pfn) => isSample(pfn) && !used.free.has(pfn)).slice(-SAMPLES);
  const before = await bytesInGuest(bench, samples);
  ledger.clear();
  const records = await probed(machine, REPORT_PROBE, async () => {
    await machine.run('rm /tmp/fill');
    await untilReported(bench);
  });
  const theirs = reportedRanges(records, table);
  const reported = pagesOf(ledger.reported);
  const pages = agree('pages reported', reported, pagesOf(theirs));
  const given = samples.filter((pfn) => reported.includes(pfn));
  if (given.length === 0) throw new Disagreement('no page of the sample was reported');
  const after = await bytesInGuest(bench, given);
  equal('bytes that the guest reads in reported pages', sum(after), 0);
  const { frames } = machine.balloon;
  const now = await pageFlags(machine);
  const backed = reported.filter((pfn) => now.free.has(pfn) && frames.isBacked(pfn));
  equal('reported, free and backed', backed.length, 0);
  return {
    feature: 'reporting',
    messages: records.length,
    pages,
    note: `kprobe; kcore has ${sum(before)} bytes in ${before.length} pages before, ${sum(after)} in ${after.length} after`,
  };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

export const reportingAgain: Feature = async (bench) => {
  const { machine, ledger } = bench;
  const table = await pageTable(machine);
  ledger.clear();
  const records = await probed(machine, REPORT_PROBE, async () => {
    await machine.run('dd if=/dev/zero of=/tmp/fill bs=64k count=800 2>/dev/null');
    await machine.run('rm /tmp/fill');
    await untilReported(bench);
  });
  const pages = agree(
    'pages reported again',
    pagesOf(ledger.reported),
    pagesOf(reportedRanges(records, table)),
  );
  if (pages === 0)
    throw new Disagreement('blocks that were split and are whole again were not reported');
  return {
    feature: 'reporting after a split',
    messages: records.length,
    pages,
    note: "the driver's lists (kprobe)",
  };
};

/** The kernel checks that pages which it poisoned are as it left them, whenever it takes one. */
export const poisoned: Feature = async (bench) => {
  const { machine } = bench;
  const { model } = machine.balloon;
  await bench.inflateTo(0);
  equal('poison', model.poisonVal, POISON);
  const { reportRequests, reportedPages } = model.counters;
  await machine.run(FILL);
  await machine.run('rm /tmp/fill');
  await machine.until('blocks are reported', () => model.counters.reportRequests > reportRequests);
  equal('pages given back though poisoned', model.counters.reportedPages - reportedPages, 0);
  equal('complaints of the kernel', await complaints(machine), 0);
  // and it would complain: pages that are cleared without its knowledge
  const { free } = await pageFlags(machine);
  for (const pfn of [...free].slice(-CLEARED)) machine.balloon.frames.discard(pfn, 1);
  const found = await complaints(machine);
  if (found === 0) throw new Disagreement('the kernel does not look at what it poisoned');
  return {
    feature: 'page poison',
    messages: model.counters.reportRequests - reportRequests,
    pages: 0,
    note: `0x${POISON.toString(16)}; reports are answered, nothing is given back; dmesg, which has ${found} lines when ${CLEARED} pages are cleared behind its back`,
  };
};

/** PAGE_POISON in each byte. */
const POISON = 0xaaaa_aaaa;

/** Enough that some will be taken, and few enough that the kernel does not grow tired of telling. */
const CLEARED = 64;

/** Lets the kernel take, and check, all that is free. */
async function complaints(machine: Machine): Promise<number> {
  await machine.run('dd if=/dev/zero of=/tmp/large bs=64k count=2800 2>/dev/null; rm /tmp/large');
  return Number(await machine.run('dmesg | grep -c "pagealloc: " || true'));
}
