// An allocator of one's own for `guestmem build-core`: the free block that has lain longest is taken, not the one that was freed
// last. All else is the standard one's. Lies, when it is compiled, at assembly/kernel/buddy.ts.
import { NIL } from '../base/frame';
import { Zone, orderMask } from '../base/zone';
import { lastFree, takeAt } from './standard';

export * from './standard';

/** 2^order frames of the smallest block that has them; NIL: there is none. */
export function takeSmallest(zone: Zone, order: u32, type: u32): u32 {
  const orders = orderMask(zone, type) >> order;
  if (orders == 0) return NIL;
  const pfn = lastFree(zone, order + ctz<u32>(orders), type);
  takeAt(zone, pfn, order, type);
  return pfn;
}
