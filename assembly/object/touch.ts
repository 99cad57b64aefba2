// A touch of an object's pages: missing ones are allocated, in a CZone run by run, shared ones copied on a write. What the
// object's memo says is in place costs nothing.

import { NODE_ENTRIES, RECORD_OBJECT_BITS } from '../../src/abi/layout';
import {
  STAT_ALLOC_CALLS,
  STAT_ALLOC_PAGES,
  STAT_FAULT_PAGES,
  STAT_TOUCHED_PAGES,
} from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_TABLE_FULL } from '../../src/abi/status';
import { NIL } from '../base/frame';
import { guest, recordsBase, statesBase } from '../base/guest';
import { runLast } from '../base/list';
import { memoClaim, memoSkip } from '../base/memo';
import { blockZone } from '../base/pageblock';
import { scratchWord } from '../base/scratch';
import { count } from '../base/stats';
import { czoneRun } from '../czone/run';
import { touchReads, touchRun, touchWrites } from '../host/backing';
import {
  NO_RUN,
  Pcp,
  allocBlock,
  makeRun,
  runFrames,
  runStart,
  streamList,
  streamPcp,
  streamRun,
} from '../kernel/allocator';
import { kindOfPages } from './create';
import { countForeign } from './foreign';
import { breakShare } from './share';
import {
  MemoryObject,
  OBJECT_ENTANGLED,
  PFN_MASK,
  WRITE_PROTECTED,
  entryRun,
  isObject,
  leafMake,
  objectAt,
  slotOf,
} from './table';

/** The end of the empty entries from an empty one on, in [index, end). */
@inline
function emptyUpTo(object: MemoryObject, slot: usize, index: u32, end: u32): u32 {
  if (index >= object.entries) return end;
  let run: u32 = 1;
  while (index + run < end && load<u32>(slot + ((<usize>run) << 2)) == 0) run++;
  return index + run;
}

/**
 * Entries from `slot` on, pages from `index` on, get the frames of a run, which are written at once: `frames` of them from `pfn`
 * upwards, or below zero downwards.
 */
function fillFrames(
  object: MemoryObject,
  id: u32,
  slot: usize,
  index: u32,
  pfn: u32,
  frames: i32,
): void {
  const step = frames < 0 ? -1 : 1;
  const length = <u32>abs(frames);
  const word = id | (1 << RECORD_OBJECT_BITS);
  let record = recordsBase + ((<usize>pfn) << 3);
  for (let at: u32 = 0; at < length; at++) {
    store<u32>(slot + ((<usize>at) << 2), pfn + step * at + 1);
    store<u64>(record, (<u64>word) | ((<u64>(index + at)) << 32));
    record += (<isize>step) << 3;
  }
  const lowest = min(pfn, runLast(pfn, frames));
  memory.fill(statesBase + lowest, <u8>kindOfPages(object), length);
  touchRun(lowest, length);
}

/**
 * Fills up to `want` empty entries of a CZone's object with neighbouring frames: what as many single faults would have
 * got, in one go. Entries filled or a status.
 */
function fillRun(object: MemoryObject, id: u32, slot: usize, index: u32, want: u32, cpu: u32): i32 {
  const run = czoneRun(object.zone, want, object.gfp, cpu);
  if (run < 0) return <i32>run;
  const pfn = runStart(run);
  const frames = runFrames(run);
  fillFrames(object, id, slot, index, pfn, frames);
  if (blockZone(pfn) != object.zone) {
    object.flags |= OBJECT_ENTANGLED;
    countForeign(object, pfn, 1);
  }
  return frames;
}

/** Touches the entries [index, end) of one leaf; 0 or a status. */
function touchLeaf(
  object: MemoryObject,
  id: u32,
  leaf: u32,
  index: u32,
  end: u32,
  write: bool,
  cpu: u32,
): i32 {
  let faults: u32 = 0;
  let streamed: u32 = 0;
  let status: i32 = 0;
  let pcp = changetype<Pcp>(0);
  let list: usize = 0;
  let last: u32 = NIL;
  let emptyEnd = index;
  while (index < end) {
    const slot = slotOf(leaf, index);
    const entry = load<u32>(slot);
    let step: u32 = 1;
    if (entry == 0) {
      if (index >= emptyEnd) emptyEnd = emptyUpTo(object, slot, index, end);
      if (object.zone == NIL) {
        if (list == 0 && last != NIL) {
          pcp = streamPcp(last, cpu);
          list = streamList(pcp, last, object.gfp);
        }
        let run = streamRun(pcp, list, emptyEnd - index);
        if (run != NO_RUN) {
          step = abs(<i32>runFrames(run));
          streamed += step;
        } else {
          status = allocBlock(object.gfp, 0, cpu);
          if (status < 0) break;
          last = status;
          list = 0;
          run = makeRun(last, 1);
        }
        fillFrames(object, id, slot, index, runStart(run), <i32>runFrames(run));
      } else {
        status = fillRun(object, id, slot, index, emptyEnd - index, cpu);
        if (status < 0) break;
        step = status;
      }
      faults += step;
    } else if (write && (entry & WRITE_PROTECTED) != 0) {
      status = breakShare(object, id, slot, index, cpu);
      if (status < 0) break;
      list = 0;
      last = NIL;
    } else {
      step = entryRun(slot, end - index);
      const pfn = (entry & PFN_MASK) - 1;
      if (write) touchWrites(pfn, step);
      else touchReads(pfn, step);
    }
    index += step;
  }
  object.pages += faults;
  if (index > object.entries) object.entries = index;
  count(STAT_FAULT_PAGES, faults);
  count(STAT_ALLOC_CALLS, streamed);
  count(STAT_ALLOC_PAGES, streamed);
  if (status < 0) store<u32>(scratchWord(0), index);
  return min(status, 0);
}

/** A touch ends at a status; what it did is counted, and the first page that it did not touch is scratch word 0. */
function stopTouch(start: u32, index: u32, status: i32): i32 {
  store<u32>(scratchWord(0), index);
  count(STAT_TOUCHED_PAGES, index - start);
  return status;
}

/**
 * Touches pages [start, start + pages) of an object: missing ones are allocated, shared ones copied on a write.
 * Frames allocated, or a status (see stopTouch): then the call can be made again, for all or for what is left.
 */
export function objectTouch(id: u32, start: u32, pages: u32, write: u32, cpu: u32): i32 {
  if (!isObject(id) || cpu >= guest.cpus || start + pages < start) return STATUS_BAD_ARGUMENT;
  const end = start + pages;
  const from = memoSkip(id, start, end, write != 0);
  if (from == end) {
    count(STAT_TOUCHED_PAGES, pages);
    return 0;
  }
  const object = objectAt(id);
  const before = object.pages;
  for (let index = from; index < end;) {
    const stop = min(end, (index | (NODE_ENTRIES - 1)) + 1);
    const leaf = leafMake(object, index);
    if (leaf == NIL) return stopTouch(start, index, STATUS_TABLE_FULL);
    const status = touchLeaf(object, id, leaf, index, stop, write != 0, cpu);
    if (status < 0) return stopTouch(start, load<u32>(scratchWord(0)), status);
    index = stop;
  }
  memoClaim(id, start, end, write != 0);
  count(STAT_TOUCHED_PAGES, pages);
  return object.pages - before;
}
