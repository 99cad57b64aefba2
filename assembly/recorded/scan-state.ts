// What a run of compaction in a compiled recording remembers from command to command.

import { KERNEL_ZONES, LIST_BYTES, MOVES_MAX, SCRATCH_MOVES_OFFSET } from '../../src/abi/layout';
import { ORDERS } from '../../src/abi/unit';
import {
  PROGRAM_CPUS_MAX,
  PROGRAM_LISTS_OFFSET,
  PROGRAM_REPLAY_OFFSET,
  PROGRAM_SCANS_OFFSET,
  SCAN_SLOTS,
} from '../../src/abi/program';
import { scratchAt } from '../base/scratch';


@unmanaged
export class Scan {
  zone: u32;
  /** Order that the run is for, 0: the whole zone. */
  order: u32;
  flags: u32;
  /** Where the free scanner stands. */
  target: u32;
  /** Where the migrate scanner stands: the free scanner stops above its pageblock. */
  source: u32;
  /** Pages of the batch that still need a place. */
  wanted: i32;
  /** Frames held, none of them handed out. */
  held: i32;
  /** Pages of the batch that have a place. */
  handed: i32;
  /** Order at which the next search of the free lists begins. */
  searchOrder: i32;
  /** Searches of the free lists in a row that found nothing. */
  searchFails: u32;
  /** Lowest pageblock that a search for sources jumped to; 0: none yet, NIL: the run has been back there. */
  jumped: u32;
  /** Blocks that the search for sources at hand may still look at. */
  budget: u32;
  /** Blocks that the search of the free lists at hand may look at in one. */
  limit: u32;
  /** Its second best: a frame not as high as wanted, but in the upper half. */
  second: u32;
  /** Start of the highest pageblock it has seen. */
  highest: u32;
  unused: u32;
}

const SCAN_BYTES = 64;
const SLOT_BYTES = SCAN_BYTES + ORDERS * LIST_BYTES;

if (<i32>offsetof<Scan>() != SCAN_BYTES) ERROR('Scan and its lists drifted apart');
if (PROGRAM_SCANS_OFFSET + SCAN_SLOTS * SLOT_BYTES > PROGRAM_LISTS_OFFSET) {
  ERROR('runs of compaction reach into the notes by list');
}
if (PROGRAM_LISTS_OFFSET + 2 * PROGRAM_CPUS_MAX * KERNEL_ZONES > PROGRAM_REPLAY_OFFSET) {
  ERROR('notes by list reach into the rest');
}

/** More of what a replay remembers. */
@unmanaged
class Replay {
  /** The frame freed last + 1, 0: none yet. */
  lastFreed: u32;
  /** Bytes of log that the last run left. */
  logBytes: u32;
}
if (PROGRAM_REPLAY_OFFSET + <i32>offsetof<Replay>() > MOVES_MAX * 8) {
  ERROR('what a replay remembers outgrew the moves');
}

/** Where the replay keeps what it remembers. */
@inline
export function programTable(offset: usize): usize {
  return scratchAt(SCRATCH_MOVES_OFFSET) + offset;
}

/** The run in a slot. */
export function scanAt(slot: u32): Scan {
  return changetype<Scan>(programTable(PROGRAM_SCANS_OFFSET) + <usize>slot * SLOT_BYTES);
}

/** List of the blocks of an order that the run holds. */
@inline
export function heldList(scan: Scan, order: u32): usize {
  return changetype<usize>(scan) + SCAN_BYTES + <usize>order * LIST_BYTES;
}


@inline
export function replay(): Replay {
  return changetype<Replay>(programTable(PROGRAM_REPLAY_OFFSET));
}
