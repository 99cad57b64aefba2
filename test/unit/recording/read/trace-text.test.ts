import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordingError } from '../../../../src/recording/error.ts';
import * as T from '../../../../src/recording/read/trace-columns.ts';
import { TraceReader } from '../../../../src/recording/read/trace-text.ts';

const MEMORY = [{ start: 1, end: 0x2000 }];
const LINES = [
  '# tracer: nop',
  '#',
  '# entries-in-buffer/entries-written: 12/12   #P:1',
  '            init-1       [000] d....     8.236551: ps_write: pagestate start',
  '            init-1       [000] .....     8.236552: mm_page_alloc: page=0000000036bc9edc pfn=0x4a4 order=1 migratetype=0 gfp_flags=GFP_KERNEL_ACCOUNT|__GFP_ZERO',
  '   my prog [x] y-42      [000] .Ns3.     8.236553: mm_page_free: page=00000000d123d466 pfn=0x54 order=2',
  '   my prog [x] y-42      [000] ...2.     8.236554: mm_page_free_batched: page=00000000d123d466 pfn=0x54 order=0',
  '     kworker/0:1-10      [001] d..3.     8.236554: mm_page_alloc_zone_locked: page=00000000a273babc pfn=0x1ffc order=2 migratetype=2 percpu_refill=1',
  '     kworker/0:1-10      [001] d..2.     8.236560: mm_page_pcpu_drain: page=00000000ff47518b pfn=0x1 order=0 migratetype=1',
  '             tar-181     [000] d..3.     9.000000: mm_page_alloc_extfrag: page=00000000065b5c36 pfn=0x13c alloc_order=0 fallback_order=10 pageblock_order=9 alloc_migratetype=2 fallback_migratetype=1 fragmenting=0 change_ownership=1',
  '     kworker/0:1-10      [000] .....    23.047037: mm_migrate_pages: nr_succeeded=7 nr_failed=2 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_SYNC reason=contig_range',
  '              sh-174     [000] .....    23.047037: page_bulk_begin: (alloc_pages_bulk_noprof+0x4/0x650) gfp=0x2dc2 nr=4',
  '              sh-174     [000] .....    23.047038: page_bulk_end: (__vmalloc_node_range_noprof+0x24f/0x850 <- alloc_pages_bulk_noprof) taken=4',
  '              sh-174     [000] .....    23.047039: sched_process_fork: comm=sh pid=174 child_comm=sh child_pid=175',
  '              sh-174     [000] .....    23.047040: mm_page_alloc: page=0000000000000000 pfn=0x0 order=9 migratetype=1 gfp_flags=GFP_TRANSHUGE_LIGHT',
  '            init-1       [000] d....    23.100000: ps_write: pagestate end',
];
const GOOD = `${LINES.join('\n')}\n`;

function read(text: string, chunk = 1 << 20): T.KernelTrace {
  const reader = new TraceReader('trace.txt', MEMORY, 2);
  const data = new TextEncoder().encode(text);
  for (let at = 0; at < data.length; at += chunk) reader.push(data.subarray(at, at + chunk));
  return reader.finish();
}

function failure(text: string): RecordingError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof RecordingError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

/** The text with one line changed. */
function withLine(line: number, change: (text: string) => string): string {
  return `${LINES.map((text, i) => (i === line - 1 ? change(text) : text)).join('\n')}\n`;
}

const free = (pfn: number, order: number): string =>
  `            init-1       [000] .....    24.000000: mm_page_free: page=00000000d123d466 pfn=0x${pfn.toString(16)} order=${order}\n`;

describe('reading a trace', () => {
  it('gathers no line without an end', () => {
    const reader = new TraceReader('trace.txt', MEMORY, 2);
    reader.push(new TextEncoder().encode(`${LINES[0]}\n`));
    const piece = new Uint8Array(600_000).fill(97);
    reader.push(piece);
    expect(() => reader.push(piece)).toThrow(/^trace\.txt:2: expected a line of at most/);
  });

  it('fills the columns', () => {
    const trace = read(GOOD);
    expect([...trace.kind]).toEqual([17, 1, 2, 3, 4, 5, 6, 7, 15, 16, 12, 1, 18]);
    expect(trace.tasks).toEqual([
      { comm: 'init', pid: 1 },
      { comm: 'my prog [x] y', pid: 42 },
      { comm: 'kworker/0:1', pid: 10 },
      { comm: 'tar', pid: 181 },
      { comm: 'sh', pid: 174 },
    ]);
    expect(trace.timeUs[1]).toBe(8236552);
    expect([trace.pfn[1], trace.order[1], trace.type[1], trace.gfp[1]]).toEqual([
      0x4a4, 1, 0, 0x400dc0,
    ]);
    expect(trace.context[2]).toBe(T.CONTEXT_SOFTIRQ | 3);
    expect([trace.cpu[4], trace.context[4]]).toEqual([1, T.CONTEXT_IRQS_OFF | 3]);
    expect(trace.extra[6]).toBe(T.packFallback(10, 1, 1));
    expect([trace.pfn[7], trace.gfp[7], trace.order[7]]).toEqual([7, 2, T.MIGRATE_MODE_SYNC]);
    expect([trace.gfp[8], trace.extra[8], trace.extra[9]]).toEqual([0x2dc2, 4, 4]);
    expect([trace.pfn[10], trace.extra[10]]).toEqual([174, 175]);
    expect(trace.pfn[11]).toBe(T.NO_FRAME);
    expect([...trace.line]).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  });

  it('does not depend on where the chunks are cut', () => {
    const whole = read(GOOD);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (chunk) => {
        expect(read(GOOD, chunk)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses every cut of the file inside a line, with its number', () => {
    for (let line = 4; line <= LINES.length; line += 1) {
      const before = LINES.slice(0, line - 1).join('\n').length + 1;
      const length = LINES[line - 1]?.length ?? 0;
      for (const cut of [1, 17, 40, length - 1]) {
        const error = failure(GOOD.slice(0, before + cut));
        expect(error.line, `line ${line} cut at ${cut}`).toBe(line);
      }
    }
  });

  it.each([
    [
      'a line cut in its fields',
      5,
      (s: string) => s.slice(0, s.indexOf(' gfp_flags')),
      'gfp_flags',
    ],
    ['a line cut in its flags', 5, (s: string) => s.slice(0, -3), 'gfp flags'],
    ['time that runs backwards', 9, (s: string) => s.replace('8.236560', '8.236550'), 'not before'],
    ['a time without end', 9, (s: string) => s.replace('8.236560', '99999999999.236560'), '2^53'],
    ['a frame outside memory', 9, (s: string) => s.replace('0x1 ', '0x2000 '), 'inside memory'],
    ['a huge frame', 6, (s: string) => s.replace('0x54', '0xfffffffffc'), 'inside memory'],
    [
      'a refill of a list that there is not',
      8,
      (s: string) => s.replace('percpu_refill=1', 'percpu_refill=0'),
      'percpu_refill=1',
    ],
    [
      'a steal that breaks no pageblock and says that it does',
      10,
      (s: string) => s.replace('fragmenting=0', 'fragmenting=1'),
      'fragmenting=0',
    ],
    [
      'a block of the migratetype that it was sought for',
      10,
      (s: string) => s.replace('fallback_migratetype=1', 'fallback_migratetype=2'),
      'another migratetype',
    ],
    [
      'another size of pageblocks',
      10,
      (s: string) => s.replace('pageblock_order=9', 'pageblock_order=10'),
      'pageblock_order=9',
    ],
    ['an unknown event', 9, (s: string) => s.replace('pcpu_drain', 'pcpu_train'), 'known event'],
    [
      'a cpu that the kernel did not have',
      5,
      (s: string) => s.replace('[000]', '[002]'),
      'cpu below 2',
    ],
    [
      'a block that cannot begin there',
      5,
      (s: string) => s.replace('order=1', 'order=3'),
      'order of a block',
    ],
    ['an order too large', 5, (s: string) => s.replace('order=1', 'order=11'), 'order below 11'],
    ['a missing pid', 5, (s: string) => s.replace('-1  ', '    '), 'TASK-PID'],
    ['a time without decimals', 5, (s: string) => s.replace('.236552', ''), "'.' in the time"],
    ['a second header', 4, () => LINES[2] ?? '', 'one header'],
    ['lost events', 3, (s: string) => s.replace('12/12', '12/15'), 'all its events'],
  ])('refuses %s', (_name, line, change, expected) => {
    const error = failure(withLine(line, change));
    expect(error.line).toBe(line);
    expect(error.expected).toContain(expected);
    expect(error.message).toMatch(new RegExp(`^trace.txt:${line}: expected .*, found .*$`));
    expect(error.message).not.toContain('\n');
  });

  it.each([6, 7, 8, 9, 10])('refuses words behind the fields of line %i', (line) => {
    const error = failure(withLine(line, (text) => `${text} x`));
    expect(error).toMatchObject({ line, expected: 'the end of the line', found: "' x'" });
  });

  it('accepts memory that comes online, block by block from a 128 MiB boundary', () => {
    const online = GOOD + free(0x8000, 10) + free(0x8400, 10);
    expect(read(online + free(0x8401, 0)).count).toBe(16);
    expect(failure(online + free(0x8800, 0)).expected).toContain('inside memory');
    expect(failure(GOOD + free(0x8400, 10)).expected).toContain('inside memory');
  });
});

const FORK_LINE = LINES.findIndex((text) => text.includes('sched_process_fork')) + 1;

const typeOf = (child: string): number | undefined =>
  read(withLine(FORK_LINE, (text) => text.replace('child_comm=sh', `child_comm=${child}`)))
    .type[10];

it('a fork says whether its child is khugepaged', () => {
  expect([typeOf('sh'), typeOf('khugepaged'), typeOf('khugepaged2')]).toEqual([0, 1, 0]);
});
