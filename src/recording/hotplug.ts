// Memory that leaves at run time: which frames an unplug took, as far as a recording tells.
//
// The trace shows that alloc_contig_range ran (mm_migrate_pages, reason contig_range) but not on
// which frames; the device's log shows the ranges in the same order. Where the two do not pair up one
// to one the ranges stay unknown and the replay leaves those frames free.

import { memRequests, type Capture } from './capture.ts';
import * as P from './program.ts';
import type { ProgramBuilder } from './program.ts';
import { EVENT_MIGRATE, MIGRATE_REASONS } from './trace-columns.ts';
import type { FrameRange } from './trace-text.ts';

const CONTIG_RANGE = MIGRATE_REASONS.indexOf('contig_range');
const FRAME_BYTES = 4096;
const FRAMES_PER_DEVICE_BLOCK = 512; // 2 MiB
const MEMORY_BLOCK_FRAMES = 32768; // 128 MiB
const MIGRATE_MOVABLE = 1;

/** Frame ranges of successful unplugs, by the number of the event that shows each. */
export function contigRanges(capture: Capture): ReadonlyMap<number, FrameRange> {
  const { trace } = capture;
  const requests = memRequests(capture.deviceLog).filter((request) => request.kind === 'unplug');
  const events: number[] = [];
  for (let i = 0; i < trace.count; i += 1) {
    if (trace.kind[i] === EVENT_MIGRATE && trace.extra[i] === CONTIG_RANGE) events.push(i);
  }
  const ranges = new Map<number, FrameRange>();
  if (events.length !== requests.length) return ranges;
  requests.forEach(({ address, blocks }, i) => {
    const start = address / FRAME_BYTES;
    ranges.set(events[i] ?? 0, { start, end: start + blocks * FRAMES_PER_DEVICE_BLOCK });
  });
  return ranges;
}

/** Isolate, take, un-isolate, and give up the frames; a whole 128 MiB block goes offline as well. */
export function emitUnplug(
  out: ProgramBuilder,
  zone: number,
  { start, end }: FrameRange,
  event: number,
): void {
  const frames = end - start;
  const isWhole = start % MEMORY_BLOCK_FRAMES === 0 && frames % MEMORY_BLOCK_FRAMES === 0;
  const shape = { zone, type: MIGRATE_MOVABLE };
  out.add(P.OP_ISOLATE, shape, start, frames, event);
  out.add(P.OP_CLAIM_RANGE, shape, start, frames, event);
  out.add(P.OP_UNISOLATE, shape, start, frames, event);
  out.add(P.OP_OFFLINE, { zone, type: isWhole ? 1 : 0 }, start, frames, event);
  if (isWhole) out.add(P.OP_RETUNE, {}, 0, 0, event);
}
