// A recording of a few lines as the kernel prints them, on a zone of eight pageblocks from frame 0.

import { kernelOf } from '../../src/core/index.ts';
import { ZoneMap } from '../../src/recording/program/zone-map.ts';
import * as P from '../../src/recording/program/program.ts';
import type { Capture } from '../../src/recording/read/capture.ts';
import { parseExtraTrace } from '../../src/recording/read/extra-trace.ts';
import { TraceReader } from '../../src/recording/read/trace-text.ts';
import { M, makeState } from '../model/fixture.ts';

/** `flags` as the kernel prints them; `us`: a line's time, its number in the trace if not said. */
export type WrittenLine = readonly [task: string, flags: string, event: string, us?: number];

/** Frames that a trace may name; the zone has the first 4096. */
const FRAMES = 1 << 20;

export function writtenCapture(
  lines: readonly WrittenLine[],
  deviceLog: readonly string[] = [],
  extra: readonly string[] = [],
  uname = '',
): Capture {
  const start = makeState(
    Array.from({ length: 8 }, () => M),
    [[10, M, [0, 1024]]],
  );
  const reader = new TraceReader('trace.txt', [{ start: 0, end: FRAMES }]);
  const text = lines
    .map(([task, flags, event, us], i) => {
      const time = `1.${String(us ?? i).padStart(6, '0')}`;
      return `${task.padStart(16)}-7       [000] ${flags}     ${time}: ${event}\n`;
    })
    .join('');
  reader.push(new TextEncoder().encode(text));
  return {
    folder: '',
    start,
    end: start,
    trace: reader.finish(),
    extra: parseExtraTrace('extra.txt', extra, {
      populated: [start.zones[0]?.index ?? 0],
      memory: [{ start: 0, end: FRAMES }],
      cpus: 8,
    }),
    cmdline: '',
    kernel: kernelOf(uname),
    zoneinfo: { before: '', after: '' },
    deviceLog,
    hostLog: [],
  };
}

/** The zones of such a recording before anything comes online. */
export function writtenZones({ start, end }: Capture): ZoneMap {
  return new ZoneMap(start, end);
}

/** op, frame, operand of each command. */
export function briefly(commands: Uint32Array): number[][] {
  return Array.from({ length: P.commandCount(commands) }, (_, at) => [
    P.opOf(commands, at),
    P.frameOf(commands, at),
    P.operandOf(commands, at),
  ]);
}

export const alloc = (pfn: string, order = 0, type = 1): string =>
  `mm_page_alloc: page=0 pfn=0x${pfn} order=${order} migratetype=${type} gfp_flags=__GFP_HIGHMEM`;
export const failed: string =
  'mm_page_alloc: page=(nil) pfn=0x0 order=9 migratetype=1 gfp_flags=__GFP_HIGHMEM';
export const take = (pfn: string, order = 0): string =>
  `mm_page_alloc_zone_locked: page=0 pfn=0x${pfn} order=${order} migratetype=1 percpu_refill=${order < 4 || order === 9 ? 1 : 0}`;
export const free = (pfn: string, order = 0): string =>
  `mm_page_free: page=0 pfn=0x${pfn} order=${order}`;
export const batched = (pfn: string): string => `mm_page_free_batched: page=0 pfn=0x${pfn} order=0`;
export const drain = (pfn: string): string =>
  `mm_page_pcpu_drain: page=0 pfn=0x${pfn} order=0 migratetype=1`;
export const fallback = (pfn: string, order: number, owned: number): string =>
  `mm_page_alloc_extfrag: page=0 pfn=0x${pfn} alloc_order=0 fallback_order=${order} pageblock_order=9 alloc_migratetype=0 fallback_migratetype=1 fragmenting=${order < 9 ? 1 : 0} change_ownership=${owned}`;
export const bulkBegin = (asked: number): string =>
  `page_bulk_begin: (f+0x4/0x650) gfp=0x2dc2 nr=${asked}`;
export const bulkEnd = (taken: number): string => `page_bulk_end: (g <- f) taken=${taken}`;

/** A migration's end: `reason` 'compaction' or 'contig_range'. */
export const migrated = (
  moved: number,
  wrong: number,
  reason: 'compaction' | 'contig_range',
  mode: 'ASYNC' | 'SYNC_LIGHT' | 'SYNC' = 'SYNC',
): string =>
  `mm_migrate_pages: nr_succeeded=${moved} nr_failed=${wrong} nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_${mode} reason=${reason}`;

const scanners = (migrate: string, target: string): string =>
  `zone_start=0x0 migrate_pfn=0x${migrate} free_pfn=0x${target} zone_end=0x1000, mode=sync`;
/** A run of compaction begins or ends, its two scanners at these frames. */
export const compactBegin = (migrate: string, target: string): string =>
  `mm_compaction_begin: ${scanners(migrate, target)}`;
export const compactEnd = (migrate: string, target: string, status: string): string =>
  `mm_compaction_end: ${scanners(migrate, target)} status=${status}`;

export const wakeup = (gfp: string): string =>
  `mm_vmscan_wakeup_kswapd: nid=0 order=0 gfp_flags=${gfp}`;
export const kswapdWake: string = 'mm_vmscan_kswapd_wake: nid=0 order=0';

/** A line of the second trace, by the task that all written lines are by. */
export const extraLine = (seconds: number, event: string, cpu = 0): string =>
  `     kworker/0:1-7       [00${cpu}] .....     ${seconds.toFixed(6)}: ${event}`;
