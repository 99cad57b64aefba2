import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import {
  PAGES_DEFAULTS,
  PAGE_POLICIES,
  importEvents,
  importReportOf,
  openCapture,
  replayPages,
  verifyCapture,
} from '../../../../src/recording/index.ts';
import { folderWith } from '../../../support/folder.ts';

const ALLOC = 'migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP';

/** As `perf script` of 6.1 writes events of a 6.18 kernel. */
const PERF = `
              sh 31441 [001] 59665.400000:                  sched:sched_process_fork: comm=sh pid=31441 child_comm=sh child_pid=31442
              sh 31442 [001] 59665.497091:                  sched:sched_process_exec: filename=/usr/bin/python3 pid=31442 old_pid=31442
         python3 31442 [001] 59665.500001:                        kmem:mm_page_alloc: page=0x23f8ff pfn=0x23f8ff order=0 ${ALLOC}
         python3 31442 [001] 59665.500002:                             kmem:rss_stat: mm_id=1975759586 curr=1 type=MM_ANONPAGES size=4096B
         python3 31442 [001] 59665.500003:                exceptions:page_fault_user: address=0xd714018 ip=0x7fb9e0dd6109 error_code=0x6
         python3 31442 [000] 59665.500004:      filemap:mm_filemap_add_to_page_cache: dev 254:0 ino 33c49d pfn=0x178c8c ofs=180224 order=0
         python3 31442 [000] 59665.500005:                         kmem:mm_page_free: page=0x23f8ff pfn=0x23f8ff order=0
         python3 31442 [000] 59665.500006:                  sched:sched_process_exit: comm=python3 pid=31442 prio=125 group_dead=true
         python3 31442 [000] 59665.500007:                        sched:sched_switch: prev_comm=python3 prev_pid=31442
`.slice(1);

/** As `trace-cmd report` writes them: with flags, a header, and frame numbers as kernels of before had them. */
const TRACE_CMD = `cpus=2
            bash-1234  [000] ..... 12.000001: sched_process_fork:   comm=bash pid=1234 child_comm=bash child_pid=1240
         python3-1240  [001] ..... 12.000002: mm_page_alloc:        page=0x23f8ff pfn=2357503 order=0 ${ALLOC}
         python3-1240  [001] d..1. 12.000003: mm_page_free:         page=0x23f8ff pfn=2357503 order=0
`;

async function imported(text: string): Promise<Awaited<ReturnType<typeof importEvents>>> {
  return importEvents(join(folderWith({ 'events.txt': text }), 'events.txt'));
}

/** The folder that an import makes. */
async function folderOf(text: string): Promise<string> {
  const folder = folderWith({});
  for (const [name, bytes] of (await imported(text)).files)
    writeFileSync(join(folder, name), bytes);
  return folder;
}

describe('an import', () => {
  it('of perf script says what programs did, and passes over what it does not know', async () => {
    const { report } = await imported(PERF);
    expect(report).toMatchObject({
      source: 'perf',
      events: 8,
      passedOver: { sched_switch: 1 },
      cpus: 2,
      memoryFrames: 512,
      freesMissing: 0,
      allocsMissing: 0,
    });
    expect(report.processes).toEqual([
      {
        pid: 31_442,
        name: 'python3',
        firstS: expect.closeTo(0.097_091, 6),
        lastS: expect.closeTo(0.100_006, 6),
        allocated: 1,
        freed: 1,
        most: 1,
        anonymous: { most: 1, last: 1 },
        file: { most: 0, last: 0 },
        cached: 1,
        faults: 1,
      },
    ]);
  });

  it('tells how much of the file it has read', async () => {
    const told: number[][] = [];
    const file = join(folderWith({ 'events.txt': PERF }), 'events.txt');
    await importEvents(file, (...bytes) => void told.push(bytes));
    expect(told.at(-1)).toEqual([PERF.length, PERF.length]);
  });

  it('may end its lines as on Windows', async () => {
    const { report } = await imported(TRACE_CMD.replaceAll('\n', '\r\n'));
    expect(report).toEqual((await imported(TRACE_CMD)).report);
  });

  it('of trace-cmd report is a recording that pages reads', async () => {
    const folder = await folderOf(TRACE_CMD);
    const capture = await openCapture(folder);
    expect(capture.importedFrom).toBe('trace-cmd');
    expect(importReportOf(folder)?.source).toBe('trace-cmd');
    const policies = PAGE_POLICIES.slice(0, 1);
    const [buddy] = replayPages(capture, { ...PAGES_DEFAULTS, policies, minPages: 1 }).policies;
    expect(buddy).toMatchObject({ requests: 1, failed: 0, sameFrame: 1, unknownFrees: 0 });
  });

  it('whose report was changed by hand is refused with the place', async () => {
    const folder = await folderOf(TRACE_CMD);
    const change = (report: unknown): (() => unknown) => {
      writeFileSync(join(folder, 'import.json'), JSON.stringify(report));
      return () => importReportOf(folder);
    };
    const { processes: _, ...rest } = importReportOf(folder)!;
    expect(change(rest)).toThrow('import.json:1: expected a list for processes, found none');
    expect(change({ ...rest, processes: [{ pid: 1 }] })).toThrow(
      'expected printable text for processes[0].name, found none',
    );
  });

  it('of programs whose names a terminal would not show as they are has them in other characters, and opens', async () => {
    for (const [name, shown] of [
      ['py\u001b[2J', 'py\\u{1b}[2J'],
      ['', ''],
    ] as const) {
      const report = importReportOf(await folderOf(PERF.replace('/bin/python3', `/bin/${name}`)));
      expect(report?.processes.map((one) => one.name)).toEqual([shown]);
    }
  });

  it('is not verified: its states are made of its events', async () => {
    const capture = await openCapture(await folderOf(TRACE_CMD));
    expect(() => verifyCapture(capture, 'guided')).toThrow(
      "import.json: expected a recording with its allocator's state, found page events of trace-cmd",
    );
  });

  it('puts a free before a frame is got again, and leaves one out that frees what is free', async () => {
    const again = TRACE_CMD.split('\n')[2]?.replace('12.000002', '12.000000');
    const twice = TRACE_CMD.replace(/(\n.*mm_page_free.*)/, '$1$1');
    const { report } = await imported(`${again}\n${twice}`);
    expect(report).toMatchObject({ freesMissing: 1, allocsMissing: 1 });
  });

  it('names flags that other kernels have', async () => {
    const text = TRACE_CMD.replace('__GFP_COMP', '__GFP_COMP|__GFP_SKIP_KASAN');
    const { report } = await imported(text);
    expect(report.unknownFlags).toEqual(['__GFP_SKIP_KASAN']);
    await expect(openCapture(await folderOf(text))).resolves.toBeDefined();
  });
});

describe('a damaged text', () => {
  const lines = TRACE_CMD.split('\n');
  const BIG = '0x1ffffffffffff';
  it.each([
    [
      'lost events (trace-cmd)',
      `${lines[1]}\nCPU:7 [204600 EVENTS DROPPED]\n`,
      2,
      'a text with all its events',
    ],
    [
      'lost events (perf)',
      `${PERF}sh 1 [001] 59666.021157: PERF_RECORD_LOST lost 45228\n`,
      10,
      'with all its events',
    ],
    ['a cut line', TRACE_CMD.slice(0, -20), 4, 'a whole line, found a cut line'],
    [
      'a line without an end',
      `${TRACE_CMD}${'x'.repeat(3_000_000)}`,
      5,
      'a line of at most 1048576 bytes',
    ],
    ['another text', 'hello\n', 1, "'TASK-PID [CPU] TIME: EVENT:'"],
    ['two tools', `${TRACE_CMD}${PERF}`, 5, 'events of trace-cmd, as before, found one of perf'],
    ['time that runs back', `${TRACE_CMD}${TRACE_CMD}`, 6, 'a time not before 12.000003'],
    ['a field that is gone', TRACE_CMD.replace('order=0', ''), 3, "'order=' of mm_page_alloc"],
    [
      'an order that is none',
      TRACE_CMD.replace('order=0', 'order=12'),
      3,
      'a number below 11 for order',
    ],
    [
      'a frame that is none',
      TRACE_CMD.replace('pfn=2357503', 'pfn=x'),
      3,
      'a frame number for pfn',
    ],
    [
      'a frame off its order',
      TRACE_CMD.replace('order=0', 'order=4'),
      3,
      'a frame of memory at order 4',
    ],
    [
      'a frame beyond memory',
      TRACE_CMD.replace(/2357503 order=0\n/, `${BIG} order=0\n`),
      4,
      'a frame of memory',
    ],
    [
      'flags of another type',
      TRACE_CMD.replace('type=1', 'type=0'),
      3,
      'migratetype 1, as gfp_flags ask for, found 0',
    ],
    ['a cpu that is none', TRACE_CMD.replace('[001]', '[999]'), 3, 'a cpu below 256'],
  ])('with %s is refused with its line', async (_, text, line, said) => {
    await expect(imported(text)).rejects.toThrow(`events.txt:${line}: expected`);
    await expect(imported(text)).rejects.toThrow(said);
  });

  it('without a page event is refused', async () => {
    await expect(imported('cpus=2\n')).rejects.toThrow(
      'expected page events (mm_page_alloc, mm_page_free), found none',
    );
  });
});
