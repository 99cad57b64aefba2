// The scratch area (at guest.scratch): what a call hands to the host or takes from it.
//
//      0  words of one call: frame numbers, pairs {start, frames}, a zone's survey
//   4096  moves {from, to} that wait for the host; where a recording is replayed, what that remembers (abi/program)
//  15616  lists of one call of migration: nothing stays there
//  16096  page reporting: slots {pfn, order}, then at 16352 its cursor

import {
  MOVES_MAX,
  REPORT_SLOTS,
  SCRATCH_BYTES,
  SCRATCH_FRAMES_MAX,
  SCRATCH_MOVES_OFFSET,
  SCRATCH_REPORT_CURSOR_OFFSET,
  SCRATCH_REPORT_OFFSET,
  SCRATCH_WORK_OFFSET,
  SURVEY_BLOCKS,
  SURVEY_FREE_BY_ORDER,
  SURVEY_PINNED_FRAMES,
  SURVEY_UNUSABLE_BY_ORDER,
  SURVEY_WORDS,
} from '../../src/abi/layout';
import { ORDERS } from '../../src/abi/unit';
import { CZONE_RANGES_MAX } from '../../src/abi/czone';
import { guest } from './guest';

if (SCRATCH_FRAMES_MAX * 4 > SCRATCH_MOVES_OFFSET) ERROR('words of a call reach into the moves');
if (CZONE_RANGES_MAX * 8 > SCRATCH_MOVES_OFFSET) ERROR('ranges reach into the moves');
if (SURVEY_WORDS > SCRATCH_FRAMES_MAX) ERROR('a survey reaches into the moves');
if (SURVEY_UNUSABLE_BY_ORDER != SURVEY_FREE_BY_ORDER + ORDERS) ERROR('a word for each order');
if (SURVEY_BLOCKS != SURVEY_UNUSABLE_BY_ORDER + ORDERS) ERROR('a word for each order');
if (SURVEY_WORDS != SURVEY_PINNED_FRAMES + 1) ERROR('the last word of a survey ends it');
if (SCRATCH_MOVES_OFFSET + MOVES_MAX * 8 > SCRATCH_WORK_OFFSET) ERROR('moves reach into the work');
if (SCRATCH_WORK_OFFSET > SCRATCH_REPORT_OFFSET) ERROR('the work lies before the report');
if (SCRATCH_REPORT_OFFSET + REPORT_SLOTS * 8 > SCRATCH_REPORT_CURSOR_OFFSET) {
  ERROR('slots reach into the cursor');
}
if (SCRATCH_REPORT_CURSOR_OFFSET >= SCRATCH_BYTES) ERROR('the cursor lies in the scratch area');


@inline
export function scratchAt(offset: usize): usize {
  return <usize>guest.scratch + offset;
}


@inline
export function scratchWord(position: u32): usize {
  return <usize>guest.scratch + ((<usize>position) << 2);
}


@inline
export function scratchPair(position: u32): usize {
  return <usize>guest.scratch + ((<usize>position) << 3);
}
