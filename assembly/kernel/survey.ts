// What a zone's memory looks like now: one pass over its frames, answers in the scratch area (SURVEY_* words).
// Reads only. Fragmentation as a number, and what stands in the way of taking memory out.

import {
  KERNEL_ZONES,
  KIND_FREE,
  KIND_HOLE,
  KIND_MASK,
  KIND_ORDER_MASK,
  KIND_PCP,
  SURVEY_BLOCKS,
  SURVEY_FREE_BY_ORDER,
  SURVEY_FREE_MEMORY_BLOCKS,
  SURVEY_FREE_PAGEBLOCKS,
  SURVEY_MIXED_PAGEBLOCKS,
  SURVEY_MOVABLE_FRAMES,
  SURVEY_PINNED_FRAMES,
  SURVEY_UNUSABLE_BY_ORDER,
  SURVEY_WORDS,
} from '../../src/abi/layout';
import { MEMORY_BLOCK_FRAMES, ORDERS, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { STATUS_BAD_ARGUMENT } from '../../src/abi/status';
import { headOf, isMovable, stateOf } from '../base/frame';
import { guest, spanFrames } from '../base/guest';
import { blockStart, blockZone } from '../base/pageblock';
import { scratchWord } from '../base/scratch';
import { Zone, freeCount, zoneAt, zoneEnd } from '../base/zone';


@inline
function add(word: u32, by: u32): void {
  store<u32>(scratchWord(word), load<u32>(scratchWord(word)) + by);
}

/** Share of the zone's free frames, in 1/1000, that lie in blocks too small for the order (unusable_free_index). */
export function unusableIndex(index: u32, order: u32): i32 {
  if (index >= guest.zonesUsed || order >= <u32>ORDERS) return STATUS_BAD_ARGUMENT;
  const zone = zoneAt(index);
  let free: u64 = 0;
  let usable: u64 = 0;
  for (let at: u32 = 0; at < <u32>ORDERS; at++) {
    const frames = (<u64>freeCount(zone, at)) << at;
    free += frames;
    if (at >= order) usable += frames;
  }
  return free == 0 ? 1000 : <i32>(((free - usable) * 1000) / free);
}

/** Adds a pageblock's frames to the answers: free ones (per-cpu lists included), movable ones, the rest. How many are free. */
function lookAt(block: u32): u32 {
  let freeFrames: u32 = 0;
  let movableFrames: u32 = 0;
  let pinnedFrames: u32 = 0;
  const end = block + PAGEBLOCK_FRAMES;
  for (let at = block; at < end;) {
    const head = headOf(at);
    const state = stateOf(head);
    const kind = state & KIND_MASK;
    const stop = min(end, max(at + 1, head + (1 << (state & KIND_ORDER_MASK))));
    const frames = stop - at;
    if (kind == KIND_FREE || kind == KIND_PCP) freeFrames += frames;
    else if (isMovable(head)) movableFrames += frames;
    else if (kind != KIND_HOLE) pinnedFrames += frames;
    at = stop;
  }
  add(SURVEY_BLOCKS, 1);
  add(SURVEY_MOVABLE_FRAMES, movableFrames);
  add(SURVEY_PINNED_FRAMES, pinnedFrames);
  if (movableFrames != 0 && pinnedFrames != 0) add(SURVEY_MIXED_PAGEBLOCKS, 1);
  return freeFrames;
}

function surveyBlocks(zone: Zone, index: u32): void {
  const kernel = index < <u32>KERNEL_ZONES;
  const first = kernel ? blockStart(zone.start) : guest.czoneStart;
  const end = kernel ? zoneEnd(zone) : guest.czoneStart + guest.czoneFrames;
  let run: u32 = 0;
  for (let block = first; block < end && block < spanFrames; block += PAGEBLOCK_FRAMES) {
    if ((block & (MEMORY_BLOCK_FRAMES - 1)) == 0) run = 0;
    if (blockZone(block) != index) continue;
    if (lookAt(block) != PAGEBLOCK_FRAMES) continue;
    add(SURVEY_FREE_PAGEBLOCKS, 1);
    run += PAGEBLOCK_FRAMES;
    if (run == MEMORY_BLOCK_FRAMES) add(SURVEY_FREE_MEMORY_BLOCKS, 1);
  }
}

/** Surveys one zone into the first SURVEY_WORDS words of the scratch area. 0 or a status. */
export function surveyZone(index: u32): i32 {
  if (index >= guest.zonesUsed) return STATUS_BAD_ARGUMENT;
  memory.fill(scratchWord(0), 0, SURVEY_WORDS << 2);
  const zone = zoneAt(index);
  for (let order: u32 = 0; order < <u32>ORDERS; order++) {
    add(SURVEY_FREE_BY_ORDER + order, freeCount(zone, order));
    add(SURVEY_UNUSABLE_BY_ORDER + order, unusableIndex(index, order));
  }
  surveyBlocks(zone, index);
  return 0;
}
