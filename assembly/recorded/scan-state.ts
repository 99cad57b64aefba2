// What a run of compaction in a compiled recording remembers from command to command.

import { LIST_BYTES, SCRATCH_MOVES_OFFSET } from '../../src/abi/layout';
import { ORDERS, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { PROGRAM_SCANS_OFFSET } from '../../src/abi/program';
import { guest } from '../base/guest';


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
  unused: u32;
}

const SCAN_BYTES: u32 = 48;
const SLOT_BYTES: u32 = SCAN_BYTES + ORDERS * LIST_BYTES;

/** Where the replay keeps what it remembers. */
@inline
export function programTable(offset: usize): usize {
  return <usize>guest.scratch + SCRATCH_MOVES_OFFSET + offset;
}

export let scan: Scan = changetype<Scan>(0);
let slotLists: usize = 0;

export function useSlot(slot: u32): void {
  const at = programTable(PROGRAM_SCANS_OFFSET) + <usize>slot * SLOT_BYTES;
  scan = changetype<Scan>(at);
  slotLists = at + SCAN_BYTES;
}


@inline
export function heldList(order: u32): usize {
  return slotLists + <usize>order * LIST_BYTES;
}


@inline
export function blockStart(pfn: u32): u32 {
  return pfn & ~(PAGEBLOCK_FRAMES - 1);
}
