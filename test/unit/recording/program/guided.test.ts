// How single events become commands, on made traces; what the commands do is the ports' business.

import { describe, expect, it } from 'vitest';
import { compileGuided } from '../../../../src/recording/program/guided.ts';
import type { Capture } from '../../../../src/recording/read/capture.ts';
import * as P from '../../../../src/recording/program/program.ts';
import { TraceReader } from '../../../../src/recording/read/trace-text.ts';
import { M, makeState } from '../../../model/fixture.ts';

/** Each line: time in microseconds is its number. `flags` as the kernel prints them. */
function captureOf(
  lines: readonly (readonly [task: string, flags: string, event: string])[],
): Capture {
  const start = makeState(
    Array.from({ length: 8 }, () => M),
    [[10, M, [0, 1024]]],
  );
  const reader = new TraceReader('trace.txt', [{ start: 0, end: 4096 }]);
  const text = lines
    .map(([task, flags, event], i) => {
      const time = `1.${String(i).padStart(6, '0')}`;
      return `${task.padStart(16)}-7       [000] ${flags}     ${time}: ${event}\n`;
    })
    .join('');
  reader.push(new TextEncoder().encode(text));
  return {
    folder: '',
    start,
    end: start,
    trace: reader.finish(),
    cmdline: '',
    zoneinfo: { before: '', after: '' },
    deviceLog: [],
    hostLog: [],
  };
}

/** op, frame, operand of each command. */
function commandsOf(capture: Capture): number[][] {
  const { commands } = compileGuided(capture);
  const out: number[][] = [];
  for (let i = 0; i < commands.length; i += P.COMMAND_WORDS) {
    out.push([(commands[i] ?? 0) & 0xff, commands[i + 1] ?? 0, commands[i + 2] ?? 0]);
  }
  return out;
}

const alloc = (pfn: string): string =>
  `mm_page_alloc: page=0 pfn=0x${pfn} order=0 migratetype=1 gfp_flags=__GFP_HIGHMEM`;
const take = (pfn: string): string =>
  `mm_page_alloc_zone_locked: page=0 pfn=0x${pfn} order=0 migratetype=1 percpu_refill=1`;
const free = (pfn: string): string => `mm_page_free: page=0 pfn=0x${pfn} order=0`;
const batched = (pfn: string): string => `mm_page_free_batched: page=0 pfn=0x${pfn} order=0`;
const drain = (pfn: string): string =>
  `mm_page_pcpu_drain: page=0 pfn=0x${pfn} order=0 migratetype=1`;

const fallback = (pfn: string, order: number, owned: number): string =>
  `mm_page_alloc_extfrag: page=0 pfn=0x${pfn} alloc_order=0 fallback_order=${order} pageblock_order=9 alloc_migratetype=0 fallback_migratetype=1 fragmenting=0 change_ownership=${owned}`;

describe('the guided program', () => {
  it('frees a batched page at its batched event', () => {
    const capture = captureOf([
      ['sh', '.....', free('2')],
      ['sh', '.....', free('1')],
      ['sh', '...2.', batched('1')],
      ['sh', '...2.', batched('2')],
      ['sh', '.....', free('3')],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_FREE, 1, 0],
      [P.OP_FREE, 2, 0],
      [P.OP_FREE, 3, 0],
    ]);
  });

  it('tells a refill from a block taken past the per-cpu lists by the depth', () => {
    const capture = captureOf([
      ['sh', 'd..3.', take('1')],
      ['sh', '.....', alloc('1')],
      ['sh', 'd..1.', take('2')],
      ['sh', '.....', alloc('2')],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_REFILL, 1, 0],
      [P.OP_POP, 1, 2],
      [P.OP_TAKE, 2, 0],
    ]);
    expect([...compileGuided(capture).confirmed]).toEqual([3, 2]);
  });

  it('starts a drain at the freed list after a free, at list 0 for the worker', () => {
    const capture = captureOf([
      ['sh', '.....', free('1')],
      ['sh', 'd..3.', drain('5')],
      ['sh', 'd..3.', drain('6')],
      ['kworker/0:1', 'd..2.', drain('7')],
    ]);
    expect(commandsOf(capture).slice(1)).toEqual([
      [P.OP_DRAIN, 5, P.DRAIN_FROM_FREED],
      [P.OP_DRAIN, 6, P.DRAIN_CONTINUE],
      [P.OP_DRAIN, 7, P.DRAIN_FROM_ZERO],
    ]);
  });

  it('sends an interrupt past the lock that its task holds between batched frees', () => {
    const events = (after: string): Capture =>
      captureOf([
        ['sh', '.....', free('1')],
        ['sh', '.....', free('2')],
        ['sh', '...2.', batched('1')],
        ['sh', '..s2.', free('3')],
        ['sh', '...2.', after],
      ]);
    expect(commandsOf(events(batched('2')))[1]).toEqual([P.OP_FREE, 3, P.FREE_DIRECT]);
    expect(commandsOf(events(free('4')))[2]).toEqual([P.OP_FREE, 3, 0]);
  });

  it('passes the outcome of a claim and of a steal on', () => {
    const capture = captureOf([
      ['sh', 'd..3.', take('40')],
      ['sh', 'd..3.', fallback('40', 6, 1)],
      ['sh', 'd..3.', fallback('400', 10, 1)],
      ['sh', 'd..3.', fallback('80', 3, 0)],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_REFILL, 0x40, P.HINT_CLAIM | (6 << P.HINT_ORDER_SHIFT)],
      [P.OP_REFILL, 0x400, P.HINT_CLAIM | (10 << P.HINT_ORDER_SHIFT)],
      [P.OP_REFILL, 0x80, P.HINT_STEAL],
    ]);
  });

  it('pops what a bulk call took and no event shows', () => {
    const capture = captureOf([
      ['sh', '.....', 'page_bulk_begin: (f+0x4/0x650) gfp=0x2dc2 nr=4'],
      ['sh', '.....', alloc('9')],
      ['sh', '.....', 'page_bulk_end: (g <- f) taken=4'],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_BULK, 0x2dc2, 3],
      [P.OP_POP, 9, 2],
    ]);
    expect(compileGuided(capture).bulkPages).toBe(3);
  });

  it('keeps to the events between the two snapshots', () => {
    const capture = captureOf([
      ['sh', '.....', free('1')],
      ['sh', 'd....', 'ps_write: pagestate start'],
      ['sh', '.....', free('2')],
      ['sh', 'd....', 'ps_write: pagestate end'],
      ['sh', '.....', free('3')],
    ]);
    expect(commandsOf(capture)).toEqual([[P.OP_FREE, 2, 0]]);
  });

  it('asks for the pages that compaction takes without an event', () => {
    const bounds = 'zone_start=0x0 migrate_pfn=0x0 free_pfn=0x600 zone_end=0x1000, mode=sync';
    const done = 'zone_start=0x0 migrate_pfn=0x0 free_pfn=0x200 zone_end=0x1000, mode=sync';
    const migrate =
      'mm_migrate_pages: nr_succeeded=1 nr_failed=1 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_SYNC reason=compaction';
    const capture = captureOf([
      ['sh', '.....', `mm_compaction_begin: ${bounds}`],
      ['sh', '.....', free('900')],
      ['sh', '.....', free('401')],
      ['sh', '.....', migrate],
      ['sh', '.....', free('401')],
      ['sh', '.....', `mm_compaction_end: ${done} status=complete`],
      ['sh', '.....', free('402')],
    ]);
    expect(commandsOf(capture)).toEqual([
      [P.OP_SCAN_BEGIN, 0x600, 0],
      [P.OP_SCAN_BATCH, 0x900, 2 | P.SCAN_BLOCK_DONE],
      [P.OP_SCAN_TAKE, 0, 1],
      [P.OP_FREE, 0x900, 0],
      [P.OP_SCAN_RETURN, 0x401, 0],
      [P.OP_SCAN_TAKE, 0, 1],
      [P.OP_SCAN_LEAVE, 0x401, 0],
      [P.OP_FREE, 0x401, 0],
      [P.OP_SCAN_END, 0x200, 1],
      [P.OP_FREE, 0x402, 0],
    ]);
  });
});
