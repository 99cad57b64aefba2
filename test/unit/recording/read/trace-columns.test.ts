import { expect, it } from 'vitest';

import {
  COMPACT_STATUSES,
  EVENT_COMPACT_END,
  EVENT_NAMES,
  EVENT_STATE_END,
  MIGRATE_REASON_CONTIG_RANGE,
  MIGRATE_REASONS,
  packFallback,
  TraceBuilder,
  unpackFallback,
} from '../../../../src/recording/read/trace-columns.ts';

it('columns grow with the events and keep what they hold', () => {
  const builder = new TraceBuilder();
  const events = 70_000;
  for (let i = 0; i < events; i++) {
    const at = builder.add();
    expect(at === i).toBe(true);
    builder.timeUs[at] = i + 0.5;
    builder.pfn[at] = 0xffff_ffff - i;
    builder.cpu[at] = i & 3;
  }
  const trace = builder.finish('trace.txt');
  expect([trace.file, trace.count, trace.pfn.length, trace.line.length]).toEqual([
    'trace.txt',
    events,
    events,
    events,
  ]);
  for (const at of [0, 65_535, 65_536, events - 1]) {
    expect([trace.timeUs[at], trace.pfn[at], trace.cpu[at]]).toEqual([
      at + 0.5,
      0xffff_ffff - at,
      at & 3,
    ]);
  }
});

it('an empty trace has empty columns', () => {
  const trace = new TraceBuilder().finish('x');
  expect([trace.count, trace.kind.length, trace.tasks]).toEqual([0, 0, []]);
});

it('a fallback is packed as order, type and claim', () => {
  expect(unpackFallback(packFallback(10, 1, 1))).toEqual({ order: 10, isClaimed: true });
  expect(unpackFallback(packFallback(3, 5, 0))).toEqual({ order: 3, isClaimed: false });
});

it('kinds, reasons and statuses have their names at their numbers', () => {
  expect([EVENT_NAMES[EVENT_COMPACT_END], EVENT_NAMES[EVENT_STATE_END]]).toEqual([
    'mm_compaction_end',
    'pagestate end',
  ]);
  expect(MIGRATE_REASONS[MIGRATE_REASON_CONTIG_RANGE]).toBe('contig_range');
  expect(COMPACT_STATUSES.indexOf('success')).toBe(8);
});
