// The host-backed flag: which frames have host memory behind them now, and which of those are still the template's.
//
//   backed  template   meaning
//     0        0       no host memory: the next touch takes a zero-filled host page
//     0        1       in the template image, not mapped yet: a read maps it, a write copies it
//     1        1       mapped, still the template's copy: a write copies it
//     1        0       private host memory
//
// Where host pages are large, a page whose frames are all the template's is one large page of the image: it is mapped and
// copied as a whole. Others of the template's frames are small pages.
//
// CZones also count their free frames with host memory (zone.backedFree): buddy keeps the count when blocks come and go,
// and what changes backing under free frames recounts here.
//
// Invariant: guest.backedCount = set bits of backed; guest.sharedCount = bits set in both.

import {
  KERNEL_ZONES,
  KIND_HOLE,
  KIND_KERNEL,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_RESERVED,
  KIND_TAIL,
  KIND_UNMOVABLE,
} from '../../src/abi/layout';
import {
  STAT_BACKED_FAULTS,
  STAT_BACKED_PAGES,
  STAT_RELEASED_CALLS,
  STAT_RELEASED_PAGES,
  STAT_REUSED_BACKED_PAGES,
  STAT_TEMPLATE_COPIES,
  STAT_TEMPLATE_MAPS,
} from '../../src/abi/stat';
import { clearBit, countBits, countBothBits, fillBits, setBit, testBit } from '../base/bitmap';
import { NIL, headOf, kindOf } from '../base/frame';
import { backedBase, guest, spanFrames, statesBase, templateBase } from '../base/guest';
import { raiseEpoch } from '../base/memo';
import { count } from '../base/stats';
import { zoneAt } from '../base/zone';
import { poolCooled } from '../czone/pool';
import { recountBacked } from './czone-backed';

/**
 * The host puts a zero-filled page (of the backing order) behind the frame; a small one where the range of a large one
 * has frames of the template, mapped or not: their contents are there already.
 */
function backFresh(pfn: u32): void {
  count(STAT_BACKED_FAULTS, 1);
  const frames: u32 = 1 << guest.backingShift;
  const start = pfn & ~(frames - 1);
  if (frames == 1 || countBits(templateBase, start, frames) != 0) {
    setBit(backedBase, pfn);
    guest.backedCount++;
    count(STAT_BACKED_PAGES, 1);
    return;
  }
  const present = countBits(backedBase, start, frames);
  recountBacked(start, frames, false);
  fillBits(backedBase, start, frames, true);
  guest.backedCount += frames - present;
  count(STAT_BACKED_PAGES, frames - present);
  recountBacked(start, frames, true);
}

/** The guest writes to the frame. Nearly always it is private host memory already. */
@inline
export function touchWrite(pfn: u32): void {
  if (!testBit(backedBase, pfn) || testBit(templateBase, pfn)) takeForWrite(pfn);
}

/** First frame of the large page of the image that a template's frame lies in; NIL: it is a small page. */
function largePageOf(pfn: u32): u32 {
  if (guest.backingShift == 0) return NIL;
  const frames: u32 = 1 << guest.backingShift;
  const start = pfn & ~(frames - 1);
  return countBits(templateBase, start, frames) == frames ? start : NIL;
}

/** All of a large page of the image is mapped; for a write, copied. */
function takeLarge(start: u32, write: bool): void {
  const frames: u32 = 1 << guest.backingShift;
  const mapped = countBits(backedBase, start, frames);
  recountBacked(start, frames, false);
  fillBits(backedBase, start, frames, true);
  guest.backedCount += frames - mapped;
  if (write) {
    fillBits(templateBase, start, frames, false);
    guest.sharedCount -= mapped;
    count(STAT_TEMPLATE_COPIES, 1);
  } else {
    guest.sharedCount += frames - mapped;
    count(STAT_TEMPLATE_MAPS, 1);
  }
  recountBacked(start, frames, true);
}

function takeForWrite(pfn: u32): void {
  const backed = testBit(backedBase, pfn);
  if (testBit(templateBase, pfn)) {
    const large = largePageOf(pfn);
    if (large != NIL) {
      takeLarge(large, true);
      return;
    }
    clearBit(templateBase, pfn);
    count(STAT_TEMPLATE_COPIES, 1);
    if (backed) {
      guest.sharedCount--;
    } else {
      setBit(backedBase, pfn);
      guest.backedCount++;
    }
    return;
  }
  backFresh(pfn);
}

/** The guest reads the frame. Nearly always it is mapped already. */
@inline
export function touchRead(pfn: u32): void {
  if (!testBit(backedBase, pfn)) takeForRead(pfn);
}

function takeForRead(pfn: u32): void {
  if (!testBit(templateBase, pfn)) {
    backFresh(pfn);
    return;
  }
  const large = largePageOf(pfn);
  if (large != NIL) {
    takeLarge(large, false);
    return;
  }
  setBit(backedBase, pfn);
  guest.backedCount++;
  guest.sharedCount++;
  count(STAT_TEMPLATE_MAPS, 1);
}

/** A frame was just handed out and is written at once: counts the hand-outs that cost no host page. */
@inline
export function touchNew(pfn: u32): void {
  if (testBit(backedBase, pfn) && !testBit(templateBase, pfn)) count(STAT_REUSED_BACKED_PAGES, 1);
  else touchWrite(pfn);
}

/** Bits of the word of a map that holds bit `at` which lie in [at, end). */
@inline
function wordMask(at: u32, end: u32): u64 {
  const left = end - (at & ~63);
  const low: u64 = left < 64 ? ((<u64>1) << left) - 1 : <u64>-1;
  return low & ((<u64>-1) << (at & 63));
}

/** The guest writes to frames that are small pages: a touchWrite each. How many were private host memory before. */
function writeSmall(pfn: u32, frames: u32): u32 {
  const end = pfn + frames;
  let backed: u32 = 0;
  let mapped: u32 = 0;
  let copies: u32 = 0;
  for (let at = pfn; at < end; at = (at | 63) + 1) {
    const mask = wordMask(at, end);
    const byte = (<usize>(at >> 6)) << 3;
    const host = load<u64>(backedBase + byte);
    const image = load<u64>(templateBase + byte);
    backed += <u32>popcnt<u64>(host & mask);
    copies += <u32>popcnt<u64>(image & mask);
    mapped += <u32>popcnt<u64>(host & image & mask);
    store<u64>(backedBase + byte, host | mask);
    store<u64>(templateBase + byte, image & ~mask);
  }
  guest.backedCount += frames - backed;
  guest.sharedCount -= mapped;
  if (copies != 0) count(STAT_TEMPLATE_COPIES, copies);
  countFresh(frames - backed - copies + mapped);
  return backed - mapped;
}

/** The guest reads frames that are small pages: a touchRead each. */
function readSmall(pfn: u32, frames: u32): void {
  const end = pfn + frames;
  let backed: u32 = 0;
  let maps: u32 = 0;
  for (let at = pfn; at < end; at = (at | 63) + 1) {
    const mask = wordMask(at, end);
    const byte = (<usize>(at >> 6)) << 3;
    const host = load<u64>(backedBase + byte);
    backed += <u32>popcnt<u64>(host & mask);
    maps += <u32>popcnt<u64>(load<u64>(templateBase + byte) & ~host & mask);
    store<u64>(backedBase + byte, host | mask);
  }
  guest.backedCount += frames - backed;
  guest.sharedCount += maps;
  if (maps != 0) count(STAT_TEMPLATE_MAPS, maps);
  countFresh(frames - backed - maps);
}

/** So many zero-filled small pages were put behind frames. */
@inline
function countFresh(frames: u32): void {
  if (frames == 0) return;
  count(STAT_BACKED_FAULTS, frames);
  count(STAT_BACKED_PAGES, frames);
}

/** The guest writes to a run of frames. */
export function touchWrites(pfn: u32, frames: u32): void {
  if (guest.backingShift == 0) {
    writeSmall(pfn, frames);
    return;
  }
  for (let at = pfn; at < pfn + frames; at++) touchWrite(at);
}

/** The guest reads a run of frames. */
export function touchReads(pfn: u32, frames: u32): void {
  if (guest.backingShift == 0) {
    readSmall(pfn, frames);
    return;
  }
  for (let at = pfn; at < pfn + frames; at++) touchRead(at);
}

/** A run of frames was just handed out and is written at once. */
export function touchRun(pfn: u32, frames: u32): void {
  if (guest.backingShift == 0) {
    const reused = writeSmall(pfn, frames);
    if (reused != 0) count(STAT_REUSED_BACKED_PAGES, reused);
    return;
  }
  for (let at = pfn; at < pfn + frames; at++) touchNew(at);
}

/** Touches a range; write != 0 for writes. */
export function touchRange(pfn: u32, frames: u32, write: u32): i32 {
  if (pfn >= spanFrames || frames > spanFrames - pfn) return -1;
  recountBacked(pfn, frames, false);
  if (write != 0) touchWrites(pfn, frames);
  else touchReads(pfn, frames);
  recountBacked(pfn, frames, true);
  return 0;
}

/** The host takes a range back (madvise DONTNEED): how many backed frames it freed. */
export function releaseRange(pfn: u32, frames: u32): i32 {
  if (pfn >= spanFrames || frames > spanFrames - pfn) return -1;
  const had = countBits(backedBase, pfn, frames);
  const shared = countBothBits(backedBase, templateBase, pfn, frames);
  if (had != 0) recountBacked(pfn, frames, false);
  fillBits(backedBase, pfn, frames, false);
  fillBits(templateBase, pfn, frames, false);
  guest.backedCount -= had;
  guest.sharedCount -= shared;
  poolCooled(pfn, frames);
  if (had != 0 && usesRange(pfn, frames) != 0) raiseEpoch();
  count(STAT_RELEASED_CALLS, 1);
  count(STAT_RELEASED_PAGES, had);
  return had;
}

/** Eight states at once of frames that are nobody's: holes, and what lies inside blocks. */
const HOLES: u64 = 0x0101010101010101 * <u64>KIND_HOLE;
const TAILS: u64 = 0x0101010101010101 * <u64>KIND_TAIL;

/** Whether frames of this kind are in use by the guest. */
@inline
function isUsed(kind: u32): bool {
  if (kind == KIND_UNMOVABLE || kind == KIND_MOVABLE || kind == KIND_OBJECT) return true;
  return kind == KIND_RESERVED || kind == KIND_KERNEL;
}

/** 1 if the guest uses a frame of the range. Only heads say so: a range that begins inside a block looks for its. */
export function usesRange(pfn: u32, frames: u32): i32 {
  if (pfn >= spanFrames || frames > spanFrames - pfn) return 0;
  const end = pfn + frames;
  if (frames > 0 && isUsed(kindOf(headOf(pfn)))) return 1;
  for (let at = pfn; at < end;) {
    if ((at & 7) == 0 && at + 8 <= end) {
      const states = load<u64>(statesBase + at);
      if (states == HOLES || states == TAILS) {
        at += 8;
        continue;
      }
    }
    if (isUsed(kindOf(at))) return 1;
    at++;
  }
  return 0;
}

/** Whether a frame is still the template's. */
@inline
export function isTemplate(pfn: u32): bool {
  return testBit(templateBase, pfn);
}

/** Whether a frame has host memory behind it. */
export function isBacked(pfn: u32): i32 {
  return pfn < spanFrames && testBit(backedBase, pfn) ? 1 : 0;
}

/** Backed frames in a range. */
export function countBacked(pfn: u32, frames: u32): i32 {
  if (pfn >= spanFrames || frames > spanFrames - pfn) return -1;
  return countBits(backedBase, pfn, frames);
}

/** Makes this guest a template: what is backed now belongs to the image, nothing of it is private or mapped. */
export function freezeTemplate(): void {
  const bytes = (spanFrames + 7) >> 3;
  for (let at: u32 = 0; at < bytes; at += 4) {
    const image = load<u32>(templateBase + at) | load<u32>(backedBase + at);
    store<u32>(templateBase + at, image);
  }
  memory.fill(backedBase, 0, bytes);
  guest.backedCount = 0;
  guest.sharedCount = 0;
  raiseEpoch();
  for (let index: u32 = KERNEL_ZONES; index < guest.zonesUsed; index++) {
    zoneAt(index).backedFree = 0;
  }
}
