// Keeps a CZone's count of free frames with host memory right when backing changes under frames that are free: ranges
// released or touched by the host, neighbours backed by the fault on a huge host page.

import {
  KERNEL_ZONES,
  KIND_FREE,
  KIND_MASK,
  KIND_ORDER_MASK,
  PAGEBLOCK_NO_ZONE,
} from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { countBits } from '../base/bitmap';
import { NIL, stateOf } from '../base/frame';
import { backedBase, guest } from '../base/guest';
import { blockZone } from '../base/pageblock';
import { zoneAt } from '../base/zone';
import { freeBlockOf } from '../kernel/allocator';

/** Free frames with host memory behind them in a part of one pageblock. */
function backedFreeIn(start: u32, end: u32): u32 {
  let total: u32 = 0;
  for (let at = start; at < end;) {
    const head = at == start ? freeBlockOf(at) : at;
    const state = head == NIL ? 0 : stateOf(head);
    if ((state & KIND_MASK) != KIND_FREE) {
      at++;
      continue;
    }
    const stop = min(end, head + (1 << (state & KIND_ORDER_MASK)));
    total += countBits(backedBase, at, stop - at);
    at = stop;
  }
  return total;
}

/**
 * Takes the free backed frames of a range out of their zones' counts (before a change) or puts them in (after it).
 * Frames outside the CZone region are nobody's concern.
 */
export function recountBacked(start: u32, frames: u32, after: bool): void {
  if (guest.czoneBlockFrames == 0) return;
  const end = min(start + frames, guest.czoneStart + guest.czoneFrames);
  for (let at = max(start, guest.czoneStart); at < end;) {
    const stop = min(end, (at | (PAGEBLOCK_FRAMES - 1)) + 1);
    const index = blockZone(at);
    if (index != PAGEBLOCK_NO_ZONE && index >= <u32>KERNEL_ZONES) {
      const backed = backedFreeIn(at, stop);
      zoneAt(index).backedFree += after ? backed : -backed;
    }
    at = stop;
  }
}
