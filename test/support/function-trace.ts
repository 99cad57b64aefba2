/** A short trace of a function in two containers, by hand, and the samples that go with it. */

import type { Capture, KernelTrace } from '../../src/recording/read/index.ts';
import { TraceReader } from '../../src/recording/read/trace-text.ts';

const MEMORY = [{ start: 1, end: 0x2000 }];

interface Step {
  readonly task: string;
  readonly flags?: string;
  readonly text: string;
}

const alloc = (task: string, pfn: number, order = 0, flags = '.....'): Step => ({
  task,
  flags,
  text: `mm_page_alloc: page=0000000036bc9edc pfn=0x${pfn.toString(16)} order=${order} migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_ZERO`,
});
const free = (task: string, pfn: number, order = 0): Step => ({
  task,
  text: `mm_page_free: page=0000000036bc9edc pfn=0x${pfn.toString(16)} order=${order}`,
});
const fork = (parent: number, child: number): Step => ({
  task: `sh-${parent}`,
  text: `sched_process_fork: comm=sh pid=${parent} child_comm=sh child_pid=${child}`,
});
const mark = (text: string): Step => ({
  task: 'init-1',
  text: `tracing_mark_write: guestmem ${text}`,
});

/** The life of one container, the same in each. */
function life(name: string, pid: number, first: number): Step[] {
  const own = `python3-${pid}`;
  return [
    mark(`start ${name}`),
    fork(1, pid),
    mark(`process ${name} ${pid}`),
    alloc(own, first),
    alloc(own, first + 4, 2),
    fork(pid, pid + 1),
    alloc(`python3-${pid + 1}`, first + 1),
    fork(pid + 1, pid + 2),
    alloc('other-9', first + 2),
    alloc(own, first + 3, 0, '..h1.'),
    free(own, first),
    mark(`ready ${name}`),
    ...[1, 10, 100].flatMap((call) => [
      mark(`call ${name} ${call}`),
      alloc(own, first + 16),
      alloc(own, first + 17),
      alloc(own, first + 18),
      free(own, first + 16),
      free('rcu-8', first + 17),
      mark(`called ${name} ${call}`),
      free('other-9', first + 18),
    ]),
  ];
}

export function traceOfFunction(): KernelTrace {
  const steps = [...life('c1', 50, 0x100), ...life('c2', 60, 0x200)];
  const reader = new TraceReader('trace.txt', MEMORY);
  const lines = steps.map(({ task, flags = '.....', text }, i) => {
    const [comm = '', pid = ''] = task.split('-');
    return `${comm.padStart(16)}-${pid.padEnd(7)} [000] ${flags} 1.${String(i).padStart(6, '0')}: ${text}\n`;
  });
  reader.push(new TextEncoder().encode(lines.join('')));
  return reader.finish();
}

const STATUS = 'VmHWM=80 VmRSS=64 RssAnon=40 RssFile=24 anonymous=40 file=24';
const GROUP = 'cg_anon=40 cg_file=96 cg_kernel=32 cg_pagetables=8 cg_slab=4';
const CALL = 'touched_anonymous=12 touched_file=8 dirty=4 own=40 shared=0';

/** Lines of `samples`, in KiB. */
export function samplesOfFunction(names: readonly string[] = ['c1', 'c2']): string {
  const lines = names.flatMap((name) => [
    `${name} ready ${STATUS} ${CALL} ${GROUP}`,
    ...[1, 10, 100].map((call) => `${name} call-${call} ${STATUS} ${CALL} ${GROUP}`),
    `${name} quick-2 RssAnon=44 RssFile=24`,
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

export function captureOf(folder: string): Capture {
  return { folder, trace: traceOfFunction() } as unknown as Capture;
}
