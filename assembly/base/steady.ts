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
  const two = plus(step, step);
  const three = plus(two, step);
  const four = plus(two, two);
  let at = from;
  let last = pair;
  for (; at + 4 * PAIR <= end; at += 4 * PAIR) {
    const fourth = plus(last, four);
    const left = (load<u64>(at) ^ plus(last, step)) | (load<u64>(at, 8) ^ plus(last, two));
    const right = (load<u64>(at, 16) ^ plus(last, three)) | (load<u64>(at, 24) ^ fourth);
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
