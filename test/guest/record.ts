// npm run record:guest -- FOLDER: makes a recording of a stock Linux in v86 that `guestmem pages` replays.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { KernelState, findPlaces } from './kernel-state.ts';
import { Machine } from './machine.ts';
import { PACKAGES, fetchPackages, isNoPackages } from './packages.ts';
import { pageTable } from './truth.ts';

/** Pageblocks of 2 MiB, as on x86-64; without it they are 4 MiB. */
const FLAVOUR = '686-pae';
const MEMORY_MIB = 256;
/** Read by the guest when its state is to be taken: a port that nobody has. */
const MARK_PORT = 0xe0;

const EVENTS: readonly string[] = [
  'kmem/mm_page_alloc',
  'kmem/mm_page_free',
  'kmem/mm_page_free_batched',
  'kmem/mm_page_alloc_zone_locked',
  'kmem/mm_page_pcpu_drain',
  'kmem/mm_page_alloc_extfrag',
  'migrate/mm_migrate_pages',
  'compaction/mm_compaction_begin',
  'compaction/mm_compaction_end',
  'vmscan/mm_vmscan_kswapd_wake',
  'vmscan/mm_vmscan_wakeup_kswapd',
  'sched/sched_process_fork',
  'sched/sched_process_exec',
  'sched/sched_process_exit',
];
/** The mark, and pages from the bulk allocator, which have no event of their own. */
const PROBES: readonly string[] = [
  'p:ps_write read_port',
  'p:page_bulk_begin __alloc_pages_bulk gfp=%ax:x32 nr=+4(%sp):u32',
  'r:page_bulk_end __alloc_pages_bulk taken=$retval:u32',
];

/** Containers that come, hold some MiB, and go, some side by side; a file that stays. */
const WORKLOAD = `
hold() { awk -v n=$1 'BEGIN { for (i = 0; i < n; i++) a[i] = i " is a page or so of text"; system("usleep 300000") }'; }
for turn in 1 2 3; do
  hold 20000 &
  hold 40000 &
  hold 10000
  wait
done
dd if=/dev/zero of=/tmp/kept bs=64k count=40 2>/dev/null
hold 30000
`;

const MARK = `dd if=/dev/port bs=1 count=1 skip=${MARK_PORT} of=/dev/null 2>/dev/null`;

/** The kernel has one flag more than the newer one whose names are read: it says that nobody may wait. */
const OLD_FLAG = /\|__GFP_ATOMIC\b|\b__GFP_ATOMIC\|/g;

/** Lines from mark to mark, marks in the form of a recording, and a header that counts them. */
function recorded(trace: string): string {
  const lines = trace.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const marks = lines.flatMap((line, i) => (line.includes(' ps_write: ') ? [i] : []));
  const [start, end] = marks;
  if (start === undefined || end === undefined) throw new Error('the trace has not both marks');
  const events = lines.slice(start, end + 1).map((line, i) => {
    if (i === 0) return line.replace(/ps_write: .*/, 'ps_write: pagestate start');
    if (i === end - start) return line.replace(/ps_write: .*/, 'ps_write: pagestate end');
    return line.replaceAll(OLD_FLAG, '');
  });
  const header = `# tracer: nop\n#\n# entries-in-buffer/entries-written: ${events.length}/${events.length}   #P:1\n#\n`;
  return `${header}${events.join('\n')}\n`;
}

async function startTracing(machine: Machine): Promise<void> {
  await machine.run('echo 0 >tracing_on; echo nop >current_tracer; echo 32768 >buffer_size_kb');
  for (const probe of PROBES) await machine.run(`echo '${probe}' >>kprobe_events`);
  for (const event of EVENTS) {
    await machine.run(`echo 0 >events/${event}/filter; echo 1 >events/${event}/enable`);
  }
  await machine.run('echo 1 >events/kprobes/enable; echo >trace');
}

async function record(folder: string): Promise<void> {
  const packages = fetchPackages(PACKAGES, FLAVOUR);
  const cmdline = 'no_hash_pointers';
  const machine = await Machine.create({ packages, memoryMib: MEMORY_MIB, cmdline, balloon: {} });
  await machine.boot();
  const table = await pageTable(machine);
  const zoneinfo = await machine.run('cat /proc/zoneinfo');
  const places = findPlaces(machine.memory, zoneinfo, table);
  const kernel = new KernelState(() => machine.memory, places);
  const states: string[] = [];
  machine.onPort(MARK_PORT, () => {
    states.push(kernel.text(states.length === 0 ? 'start' : 'end'));
  });
  mkdirSync(folder, { recursive: true });
  const keep = (name: string, content: string | Uint8Array): void =>
    writeFileSync(path.join(folder, name), content);
  keep('zoneinfo.before', zoneinfo);
  keep('cmdline', await machine.run('cat /proc/cmdline'));
  keep('uname', await machine.run('uname -a'));
  for (const line of WORKLOAD.trim().split('\n')) {
    await machine.run(`echo '${line.replaceAll("'", String.raw`'\''`)}' >>/tmp/workload`);
  }
  await startTracing(machine);
  await machine.run(`echo 1 >tracing_on; ${MARK}; sh /tmp/workload; ${MARK}; echo 0 >tracing_on`);
  for (const name of ['zoneinfo', 'buddyinfo', 'pagetypeinfo', 'vmstat']) {
    keep(`${name}.after`, await machine.run(`cat /proc/${name}`));
  }
  keep('trace.txt.gz', gzipSync(recorded((await machine.readFile('trace')).toString('latin1'))));
  const [start, end] = states;
  if (states.length !== 2) throw new Error(`${states.length} states instead of two`);
  keep('pagestate.start', start ?? '');
  keep('pagestate.end', end ?? '');
}

function refuse(text: string): void {
  process.stderr.write(`record:guest: ${text}\n`);
  process.exitCode = 2;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) refuse('which folder?');
else {
  try {
    await record(folder);
    // the machine goes on otherwise
    process.exit();
  } catch (cause) {
    if (!isNoPackages(cause)) throw cause;
    refuse(`needs Debian's packages, and ${cause.message}`);
  }
}
