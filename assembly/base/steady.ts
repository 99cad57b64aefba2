// How far a guest's words go on as they did: its tables are long stretches that stay, or count up or down, word by word in
// pairs (frame records, links, entries of nodes). Guests at rest are packed by that (src/core/packed.ts).

import { GUEST_BASE } from '../../src/abi/layout';

const PAIR: usize = 8;
/** Of two words in one, all bits but the highest of each: what is added there stays in its word. */
const LANES: u64 = 0x7fffffff_7fffffff;


@inline
function plus(pair: u64, other: u64): u64 {
  return ((pair & LANES) + (other & LANES)) ^ ((pair ^ other) & ~LANES);
}


@inline
function minus(pair: u64, other: u64): u64 {
  return ((pair | ~LANES) - (other & LANES)) ^ ((pair ^ ~other) & ~LANES);
}

/** A step as one number to add, as long as the lower word of a pair does not run over (longSteps). */
@inline
function plainStep(step: u64): u64 {
  return (step & 0xffffffff_00000000) + <u64>(<i64>(<i32>step));
}

/** How many such steps a pair can make. */
@inline
function longSteps(pair: u64, step: u64): u32 {
  const low = <u32>pair;
  const by = <i32>step;
  if (by == 0) return U32.MAX_VALUE;
  return by > 0 ? (U32.MAX_VALUE - low) / <u32>by : low / -(<u32>by);
}

/** The end of so many pairs from `from` on, by fours, at most of those that lie before `end`. */
@inline
function foursEnd(from: usize, end: usize, pairs: u32): usize {
  return from + <usize>(min<u32>(<u32>((end - from) / PAIR), pairs) & ~3) * PAIR;
}

/** Pairs that are all the same, from `at` on. */
function sameEnd(pair: u64, from: usize, end: usize): usize {
  let at = from;
  for (; at + 4 * PAIR <= end; at += 4 * PAIR) {
    const left = (load<u64>(at) ^ pair) | (load<u64>(at, 8) ^ pair);
    const right = (load<u64>(at, 16) ^ pair) | (load<u64>(at, 24) ^ pair);
    if ((left | right) != 0) break;
  }
  while (at < end && load<u64>(at) == pair) at += PAIR;
  return at;
}

/** Pairs of which each differs from the one before it by `step`; `pair` lies before `from`. */
function countedEnd(pair: u64, step: u64, from: usize, end: usize): usize {
  const by = plainStep(step);
  const stop = foursEnd(from, end, longSteps(pair, step));
  let at = from;
  let last = pair;
  for (; at < stop; at += 4 * PAIR) {
    const fourth = last + 4 * by;
    const left = (load<u64>(at) ^ (last + by)) | (load<u64>(at, 8) ^ (last + 2 * by));
    const right = (load<u64>(at, 16) ^ (last + 3 * by)) | (load<u64>(at, 24) ^ fourth);
    if ((left | right) != 0) break;
    last = fourth;
  }
  for (last = plus(last, step); at < end && load<u64>(at) == last; last = plus(last, step)) {
    at += PAIR;
  }
  return at;
}

/**
 * The first pair of [at, end) that does not differ from the pair before it as that one did from the pair before; `end` if there is none.
 * All are addresses of pairs of the guest; before its first one all are zero.
 */
export function steadyEnd(at: usize, end: usize): usize {
  const last: u64 = at >= <usize>GUEST_BASE + PAIR ? load<u64>(at - PAIR) : 0;
  const before: u64 = at >= <usize>GUEST_BASE + 2 * PAIR ? load<u64>(at - 2 * PAIR) : 0;
  const step = minus(last, before);
  return step == 0 ? sameEnd(last, at, end) : countedEnd(last, step, at, end);
}

/** Writes pairs of [at, end) that are all the same. */
function fillSame(pair: u64, from: usize, end: usize): void {
  const word = <u8>pair;
  if (pair == <u64>word * 0x01010101_01010101) {
    memory.fill(from, word, end - from);
    return;
  }
  for (let at = from; at < end; at += PAIR) store<u64>(at, pair);
}

/** Writes pairs of [at, end) of which each differs from the one before it by `step`; `pair` lies before the first. */
function fillCounted(pair: u64, step: u64, from: usize, end: usize): void {
  const by = plainStep(step);
  const stop = foursEnd(from, end, longSteps(pair, step));
  let last = pair;
  let at = from;
  for (; at < stop; at += 4 * PAIR) {
    store<u64>(at, last + by);
    store<u64>(at, last + 2 * by, 8);
    store<u64>(at, last + 3 * by, 16);
    last += 4 * by;
    store<u64>(at, last, 24);
  }
  for (; at < end; at += PAIR) {
    last = plus(last, step);
    store<u64>(at, last);
  }
}

/** Writes pairs of [at, end) that go on as the two before them: what steadyEnd finds. */
export function steadyFill(at: usize, end: usize): void {
  const last: u64 = at >= <usize>GUEST_BASE + PAIR ? load<u64>(at - PAIR) : 0;
  const before: u64 = at >= <usize>GUEST_BASE + 2 * PAIR ? load<u64>(at - 2 * PAIR) : 0;
  const step = minus(last, before);
  if (step == 0) fillSame(last, at, end);
  else fillCounted(last, step, at, end);
}
