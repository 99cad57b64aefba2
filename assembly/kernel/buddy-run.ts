// Frames of an aligned block that are freed one by one, in one go: they merge inside the block until its last one is free, and
// only what their records hold then tells the order in which they came.

import { KIND_TAIL } from '../../src/abi/layout';
import { NIL } from '../base/frame';
import { recordsBase, statesBase } from '../base/guest';
import { Zone } from '../base/zone';
import { firstFree, freeOne, isFreeAt, lastFree } from './buddy';

/**
 * Frees the frames of an aligned block below pageblock order, in ascending order, to a kernel zone: what as many freeOnes
 * do, which merge inside the block until its last frame is free. Their records end up as those would leave them too: an
 * even frame was last put on the list of the order that its number is even to, behind that list's tail, because the block
 * before it is free; an odd one was on none.
 */
export function freeOneByOne(zone: Zone, pfn: u32, order: u32, type: u32): void {
  const records = recordsBase + ((<usize>pfn) << 3);
  for (let odd: u32 = 1; odd < (<u32>1) << order; odd += 2)
    store<u32>(records + ((<usize>odd) << 3), NIL);
  for (let even: u32 = 1; even < order; even++) {
    const links = ((<u64>lastFree(zone, even - 1, type)) << 32) | NIL;
    const step: u32 = 2 << even;
    for (let at: u32 = 1 << even; at < (<u32>1) << order; at += step) {
      store<u64>(records + ((<usize>at) << 3), links);
    }
  }
  if (order == 0) store<u32>(records, NIL);
  else store<u64>(records, ((<u64>lastFree(zone, order - 1, type)) << 32) | NIL);
  memory.fill(statesBase + pfn, <u8>KIND_TAIL, (<usize>1) << order);
  freeOne(zone, pfn, order, type, 0);
}

/**
 * freeOneByOne in descending order. Of two buddies inside the block the upper one is freed first and waits on its order's
 * list: behind the tail when the buddy of their parent is free already, which is so for the lower of two parents, else before
 * the head. The block's first frame waits nowhere and keeps the end of its old record.
 */
export function freeOneByOneDown(zone: Zone, pfn: u32, order: u32, type: u32): void {
  const records = recordsBase + ((<usize>pfn) << 3);
  const end: u32 = (<u32>1) << order;
  for (let below: u32 = 0; below + 1 < order; below++) {
    const ahead = ((<u64>NIL) << 32) | firstFree(zone, below, type);
    const behind = ((<u64>lastFree(zone, below, type)) << 32) | NIL;
    for (let at: u32 = 1 << below; at < end; at += 4 << below) {
      store<u64>(records + ((<usize>at) << 3), behind);
      store<u64>(records + ((<usize>(at + (2 << below))) << 3), ahead);
    }
  }
  if (order > 0) {
    const below = order - 1;
    const toTail = isFreeAt(statesBase, pfn ^ end, order);
    const links = toTail
      ? ((<u64>lastFree(zone, below, type)) << 32) | NIL
      : ((<u64>NIL) << 32) | firstFree(zone, below, type);
    store<u64>(records + ((<usize>end) << 2), links);
  }
  store<u32>(records, NIL);
  memory.fill(statesBase + pfn, <u8>KIND_TAIL, end);
  freeOne(zone, pfn, order, type, 0);
}
