// The notebook of the verify build's walk: a u16 a frame, a word an object, sixteen words a zone. It lies behind the
// marks of pageblocks, where create() reserves room in this build. What is written into it and in which order is verify's.

import { guest, spanFrames } from './guest';
import { touchedBlocks, touchedBytes } from './touched';

/** Note of a frame that heads a block on a list; other notes are counts of object entries that name the frame. */
export const NOTE_LISTED: u32 = 0xffff;
const TALLY_BYTES: u32 = 64;

// What verifyFrames and verifyBlocks count by zone.
export const TALLY_PRESENT: u32 = 0;
export const TALLY_UNMANAGED: u32 = 4;
export const TALLY_LIMBO: u32 = 8;
export const TALLY_ISOLATED_BLOCKS: u32 = 12;
export const TALLY_BLOCKS: u32 = 16;
// What verifyObjects counts.
export const TALLY_SHARED_OUT: u32 = 20;
export const TALLY_OUTSIDE: u32 = 24;
export const TALLY_OBJECT_FRAMES: u32 = 28;
export const TALLY_OBJECTS: u32 = 32;
// More of verifyFrames.
export const TALLY_BACKED_FREE: u32 = 36;
export const TALLY_ISOLATED: u32 = 40;

/** Bytes behind the marks that the walk writes to; 0 in builds without it. */
export function verifyBytes(span: u32, objects: u32, zones: u32): u64 {
  if (isDefined(CORE_VERIFY)) {
    return ((<u64>span) << 1) + ((<u64>objects) << 2) + <u64>zones * TALLY_BYTES;
  }
  return 0;
}

// A cache of addresses that follow from the header; clearNotes() fills them at the begin of a walk.
let notes: usize = 0;
let labels: usize = 0;
let tallies: usize = 0;

export function clearNotes(): void {
  notes = touchedBlocks() + touchedBytes(spanFrames);
  labels = notes + ((<usize>spanFrames) << 1);
  tallies = labels + ((<usize>guest.objectsMax) << 2);
  const bytes = verifyBytes(spanFrames, guest.objectsMax, guest.zonesMax);
  memory.fill(notes, 0, <usize>bytes);
}


@inline
export function noteOf(pfn: u32): u32 {
  return load<u16>(notes + ((<usize>pfn) << 1));
}


@inline
export function setNote(pfn: u32, note: u32): void {
  store<u16>(notes + ((<usize>pfn) << 1), <u16>note);
}


@inline
export function labelOf(id: u32): u32 {
  return load<u32>(labels + ((<usize>id) << 2));
}


@inline
export function setLabel(id: u32, label: u32): void {
  store<u32>(labels + ((<usize>id) << 2), label);
}


@inline
export function tally(zone: u32, which: u32): u32 {
  return load<u32>(tallies + zone * TALLY_BYTES + which);
}


@inline
export function addTally(zone: u32, which: u32, by: u32): void {
  const at = tallies + zone * TALLY_BYTES + which;
  store<u32>(at, load<u32>(at) + by);
}

/** Notes a fault in the header; the rule. */
export function fault(rule: u32, pfn: u32, expected: u32, found: u32): u32 {
  guest.faultRule = rule;
  guest.faultPfn = pfn;
  guest.faultExpected = expected;
  guest.faultFound = found;
  return rule;
}

/** The rule if the two differ, else 0. */
@inline
export function differ(rule: u32, pfn: u32, expected: u32, found: u32): u32 {
  return expected == found ? 0 : fault(rule, pfn, expected, found);
}
