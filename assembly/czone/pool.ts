// The CZone region: which of its blocks are plugged and in no zone, and which of those a zone gets next. Blocks are kept in
// address order (a bitmap), so that runs of free blocks are what they are and a zone gets contiguous ones.
//
//  at guest.czonePool  Pool (64 bytes) | free: a bit a block | warm: a bit a block (may have host memory behind it)
//
// A block is absent (not plugged), in the pool, or in one zone. Bits are by block number in the region; both maps have room
// for blocks of the smallest size.

import { PAGEBLOCK_NO_ZONE } from '../../src/abi/layout';
import { MEMORY_BLOCK_FRAMES, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import {
  CZONE_PLACE_BEST,
  CZONE_PLACE_FIRST,
  CZONE_PLACE_ROOM,
  CZONE_RANGES_MAX,
  POOL_FREE_BLOCKS,
  POOL_FREE_RUNS,
  POOL_LARGEST_RUN,
  POOL_PLUGGED_BLOCKS,
  POOL_WARM_BLOCKS,
} from '../../src/abi/czone';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../src/abi/status';
import { clearBit, countBits, fillBits, setBit, testBit } from '../base/bitmap';
import { NIL } from '../base/frame';
import { backedBase, guest, spanFrames } from '../base/guest';
import { blockZone } from '../base/pageblock';
import { scratchPair } from '../base/scratch';
import { HAS_LISTS } from '../kernel/allocator';

const POOL_HEAD_BYTES: u32 = 64;


@unmanaged
class Pool {
  blocks: u32;
  plugged: u32;
  free: u32;
  placement: u32;
  /** The zone that was full and grows by request only; 0: none was yet. */
  fullZone: u32;
}
if (<u32>offsetof<Pool>() > POOL_HEAD_BYTES) ERROR('Pool outgrew its head');

/** Bytes of one of the two maps, whole words of 64 bits and one more for searches that end there. */
@inline
function mapBytes(span: u32): u32 {
  return ((((span >> (<u32>PAGEBLOCK_ORDER)) + 63) >> 6) << 3) + 8;
}

/** Bytes that create() reserves at guest.czonePool. */
export function poolBytes(span: u32): u32 {
  return POOL_HEAD_BYTES + 2 * mapBytes(span);
}


@inline
export function pool(): Pool {
  return changetype<Pool>(<usize>guest.czonePool);
}


@inline
export function freeMap(): usize {
  return <usize>guest.czonePool + POOL_HEAD_BYTES;
}


@inline
export function warmMap(): usize {
  return <usize>guest.czonePool + POOL_HEAD_BYTES + mapBytes(spanFrames);
}


@inline
function shift(): u32 {
  return ctz<u32>(guest.czoneBlockFrames);
}


@inline
function blockNumber(pfn: u32): u32 {
  return (pfn - guest.czoneStart) >> shift();
}


@inline
export function blockFrame(number: u32): u32 {
  return guest.czoneStart + (number << shift());
}

/** Declares the region and the block size (frames, a power of two from a pageblock to a memory block). Blocks start absent. */
export function czoneRegion(start: u32, frames: u32, blockFrames: u32): i32 {
  const bad =
    blockFrames < <u32>PAGEBLOCK_FRAMES ||
    blockFrames > <u32>MEMORY_BLOCK_FRAMES ||
    popcnt<u32>(blockFrames) != 1 ||
    (start & (blockFrames - 1)) != 0 ||
    (frames & (blockFrames - 1)) != 0;
  if (bad || start > spanFrames || frames > spanFrames - start) return STATUS_BAD_ARGUMENT;
  if (!HAS_LISTS || (guest.czoneBlockFrames != 0 && pool().plugged != 0)) return STATUS_BAD_STATE;
  guest.czoneStart = start;
  guest.czoneFrames = frames;
  guest.czoneBlockFrames = blockFrames;
  memory.fill(<usize>guest.czonePool, 0, poolBytes(spanFrames));
  pool().blocks = frames / blockFrames;
  pool().placement = CZONE_PLACE_BEST;
  return 0;
}

/** How blocks for zones are chosen (CZONE_PLACE_*). 0 or a status. */
export function czonePlacement(placement: u32): i32 {
  if (placement > <u32>CZONE_PLACE_ROOM) return STATUS_BAD_ARGUMENT;
  pool().placement = placement;
  return 0;
}


@inline
function isPooled(pfn: u32): bool {
  const offset = pfn - guest.czoneStart;
  return offset < guest.czoneFrames && testBit(freeMap(), offset >> shift());
}

/** A block becomes free in the pool. */
export function poolPut(pfn: u32): void {
  const number = blockNumber(pfn);
  setBit(freeMap(), number);
  if (countBits(backedBase, pfn, guest.czoneBlockFrames) != 0) setBit(warmMap(), number);
  pool().free++;
}

/** Takes a block out of the pool. */
export function poolTake(pfn: u32): void {
  const number = blockNumber(pfn);
  clearBit(freeMap(), number);
  clearBit(warmMap(), number);
  pool().free--;
}

/** [start, start + frames) as whole blocks of the region. */
function areBlocks(start: u32, frames: u32): bool {
  const block = guest.czoneBlockFrames;
  if (block == 0 || frames == 0 || ((start | frames) & (block - 1)) != 0) return false;
  const offset = start - guest.czoneStart;
  return offset < guest.czoneFrames && frames <= guest.czoneFrames - offset;
}

/** Plugs absent blocks into the pool. How many, or a status; all or nothing. */
export function czonePlug(start: u32, frames: u32): i32 {
  if (!areBlocks(start, frames)) return STATUS_BAD_ARGUMENT;
  const block = guest.czoneBlockFrames;
  for (let pfn = start; pfn < start + frames; pfn += block) {
    if (isPooled(pfn) || blockZone(pfn) != PAGEBLOCK_NO_ZONE) return STATUS_BAD_STATE;
  }
  for (let pfn = start; pfn < start + frames; pfn += block) poolPut(pfn);
  pool().plugged += frames / block;
  return frames / block;
}

/** Takes blocks of the pool out of the guest. How many, or a status; all or nothing. */
export function czoneUnplug(start: u32, frames: u32): i32 {
  if (!areBlocks(start, frames)) return STATUS_BAD_ARGUMENT;
  const block = guest.czoneBlockFrames;
  for (let pfn = start; pfn < start + frames; pfn += block) {
    if (!isPooled(pfn)) return STATUS_BAD_STATE;
  }
  for (let pfn = start; pfn < start + frames; pfn += block) poolTake(pfn);
  pool().plugged -= frames / block;
  return frames / block;
}

/** First number >= from whose bit in the map is `on`, or `end`. */
function nextBit(map: usize, from: u32, end: u32, on: bool): u32 {
  if (from >= end) return end;
  const flip: u64 = on ? 0 : <u64>-1;
  let at = from & ~63;
  let word = (load<u64>(map + ((<usize>at) >> 3)) ^ flip) & ((<u64>-1) << (from & 63));
  while (word == 0) {
    at += 64;
    if (at >= end) return end;
    word = load<u64>(map + ((<usize>at) >> 3)) ^ flip;
  }
  return min(end, at + <u32>ctz<u64>(word));
}

/** The pool's first block at or behind a frame; -1: there is none. */
export function czoneNextPooled(from: u32): i32 {
  const offset = from > guest.czoneStart ? from - guest.czoneStart : 0;
  const number = nextBit(
    freeMap(),
    (offset + guest.czoneBlockFrames - 1) >> shift(),
    pool().blocks,
    true,
  );
  return number < pool().blocks ? blockFrame(number) : -1;
}

/** First block of the run to take `blocks` from: see CZONE_PLACE_*. The longest when none is long enough. NIL: none. */
function findRun(blocks: u32): u32 {
  const map = freeMap();
  const end = pool().blocks;
  const first = pool().placement == CZONE_PLACE_FIRST;
  let best: u32 = NIL;
  let bestLength: u32 = 0;
  let from = nextBit(map, 0, end, true);
  while (from < end) {
    const to = nextBit(map, from, end, false);
    const length = to - from;
    if (length >= blocks && (bestLength < blocks || length < bestLength)) {
      best = from;
      bestLength = length;
      if (first || length == blocks) break;
    } else if (bestLength < blocks && length > bestLength) {
      best = from;
      bestLength = length;
    }
    from = nextBit(map, to, end, true);
  }
  return best;
}

/**
 * The next block for a zone whose last one is `last` (NIL: none) and that wants `wanted` blocks now and `room` at most.
 * The one behind the last if it is free. NIL: the pool is empty.
 */
export function poolChoose(last: u32, wanted: u32, room: u32): u32 {
  if (pool().free == 0) return NIL;
  if (last != NIL && isPooled(last + guest.czoneBlockFrames)) return last + guest.czoneBlockFrames;
  const number = findRun(pool().placement == CZONE_PLACE_ROOM ? room : wanted);
  return number == NIL ? NIL : blockFrame(number);
}

/** A figure about the pool (POOL_*), or a status. Runs are counted by a walk over the map. */
export function czonePoolStat(which: u32): i32 {
  if (which == POOL_PLUGGED_BLOCKS) return pool().plugged;
  if (which == POOL_FREE_BLOCKS) return pool().free;
  if (which == POOL_WARM_BLOCKS) return countBits(warmMap(), 0, pool().blocks);
  if (which != POOL_FREE_RUNS && which != POOL_LARGEST_RUN) return STATUS_BAD_ARGUMENT;
  const map = freeMap();
  const end = pool().blocks;
  let runs: u32 = 0;
  let longest: u32 = 0;
  for (let from = nextBit(map, 0, end, true); from < end; runs++) {
    const to = nextBit(map, from, end, false);
    longest = max(longest, to - from);
    from = nextBit(map, to, end, true);
  }
  return which == POOL_FREE_RUNS ? runs : longest;
}

/** A range of frames, for the host, in the scratch area. */
@inline
export function putRange(position: u32, start: u32, frames: u32): void {
  const at = scratchPair(position);
  store<u32>(at, start);
  store<u32>(at, frames, 4);
}

/**
 * Takes up to `ranges` runs of free blocks with host memory behind them out of the guest, lowest first; czonePlug gives
 * them back. How many runs lie in the scratch area {start, frames}, or a status.
 */
export function czoneCollect(ranges: u32): i32 {
  if (ranges > <u32>CZONE_RANGES_MAX) return STATUS_BAD_ARGUMENT;
  const map = warmMap();
  const block = guest.czoneBlockFrames;
  const end = pool().blocks;
  let got: u32 = 0;
  let number = nextBit(map, 0, end, true);
  while (number < end && got < ranges) {
    const to = nextBit(map, number, end, false);
    let from: u32 = NIL;
    for (; number <= to; number++) {
      const warm =
        number < to && countBits(backedBase, blockFrame(number), block) != 0 && got < ranges;
      if (warm && from == NIL) from = number;
      if (number < to && !warm && got < ranges) clearBit(map, number);
      if (warm || from == NIL) continue;
      putRange(got++, blockFrame(from), (number - from) * block);
      for (let taken = from; taken < number; taken++) poolTake(blockFrame(taken));
      pool().plugged -= number - from;
      from = NIL;
    }
    number = nextBit(map, to, end, true);
  }
  return got;
}

/** Marks the pool's blocks in a range as without host memory: the host has released them. */
export function poolCooled(start: u32, frames: u32): void {
  if (guest.czoneBlockFrames == 0) return;
  const low = max(start, guest.czoneStart);
  const high = min(start + frames, guest.czoneStart + guest.czoneFrames);
  if (low >= high) return;
  const first = (low - guest.czoneStart + guest.czoneBlockFrames - 1) >> shift();
  const last = (high - guest.czoneStart) >> shift();
  if (first < last) fillBits(warmMap(), first, last - first, false);
}
