// Lines of the second trace as the kernel's probes print them.

import { describe, expect, it } from 'vitest';
import { parseExtraTrace } from '../../../../src/recording/read/extra-trace.ts';
import { extraLine } from '../../../support/written.ts';

const DMA = 0;
const DMA32 = 1;
const parse = (lines: readonly string[], populated = [DMA, DMA32]) =>
  parseExtraTrace('extra.txt', lines, { populated, memory: [{ start: 0, end: 2 ** 21 }], cpus: 4 });
const first = (text: string) => parse([extraLine(1, text)]).events[0];
const isofree = (pointer: string) =>
  first(`isofree: (__isolate_free_page+0x4/0x200) page=0x${pointer} order=9`);

describe('an event of the second trace', () => {
  it('has its time, CPU and task', () => {
    expect(parse([extraLine(2.25, 'report: (f+0x0/0x10)', 3)]).events[0]).toMatchObject({
      kind: 'report',
      timeUs: 2_250_000,
      cpu: 3,
      pid: 7,
      line: 1,
    });
  });

  it('names a page by its frame, with four levels of page tables and with five', () => {
    expect(isofree('ffd4000004008000')).toMatchObject({ a: 0x100200, b: 9 });
    expect(isofree('ffffea0004008000')).toMatchObject({ a: 0x100200, b: 9 });
    expect(() => isofree('ff11000004008000')).toThrow(
      /^extra\.txt:1: expected the fields of isofree/,
    );
  });

  it.each([
    ['undo: (undo_isolate_page_range+0x4/0xa0) start=0x100000 end=0x108000', 0x100000, 0x108000],
    ['iso_r: (alloc_contig_range_noprof+0x11c/0x730 <- start_isolate_page_range) ret=-16', -16, 0],
    [
      'mm_compaction_isolate_migratepages: range=(0x2a00 ~ 0x2b91) nr_scanned=401 nr_taken=32',
      0x2a00,
      32,
    ],
    ['mm_compaction_finished: node=0 zone=DMA32    order=-1 ret=continue', -1, 0],
    ['calloc_r: (migrate_pages_batch+0x8/0x9 <- compaction_alloc) page=0x0', 0xffff_ffff, 0],
    ['kcw: (wakeup_kcompactd+0x4/0x160) order=9', 9, 0],
    ['mark_victim: pid=205 comm=dd total-vm=73940kB anon-rss=67800kB oom_score_adj=0', 205, 0],
  ])('has two numbers: %s', (text, a, b) => {
    expect(first(text)).toMatchObject({ a, b });
  });

  it('of another probe is left out', () => {
    expect(
      parse([extraLine(1, 'unresha: (unreserve_highatomic_pageblock+0x0/0x420) force=0x0')]).events,
    ).toEqual([]);
  });
});

describe('a second trace', () => {
  it('is there or not', () => {
    expect([parse([]).isThere, parse(['# tracer: nop', '']).isThere]).toEqual([false, true]);
  });

  it.each([
    [['# entries-in-buffer/entries-written: 0/7'], /^extra\.txt:1: expected a trace with all/],
    [['# entries-in-buffer/entries-written: 2/2', extraLine(1, 'report: (f)')], /2 events, as its/],
    [['CPU:0 [LOST 12 EVENTS]'], /a trace with all its events, found 'CPU:0/],
    [['nonsense'], /^extra\.txt:1: expected a line of a trace/],
    [[extraLine(2, 'report: (f)'), extraLine(1, 'report: (f)')], /a time not before 2\.000000/],
    [[extraLine(99_999_999_999, 'report: (f)')], /a time below 2\^53/],
    [[extraLine(1, 'kcw: (f) order=')], /the fields of kcw/],
    [[extraLine(1, 'kcw: (f) order=9f')], /the fields of kcw/],
    [[extraLine(1, 'kcw: (f) order=9zz')], /the fields of kcw/],
    [
      [extraLine(1, 'kcw: (f) order=11')],
      /^extra\.txt:1: expected an order up to 10, found '.*kcw/,
    ],
  ])('that is damaged is refused: %j', (lines, says) => {
    expect(() => parse(lines)).toThrow(says);
  });
});
