// What czone-virtio's driver hands to the host: ranges of frames that are free and backed. They are off the lists while
// the host releases them, so nobody is given a frame that is about to vanish, and go back to the lists' tails afterwards;
// taken back before that they are as they were.
//
// A block of which only a part is backed is cut: the host gets exactly what is backed, the rest stays allocatable.

import {
  KERNEL_ZONES,
  KIND_ISOLATED,
  KIND_MASK,
  KIND_ORDER_MASK,
  PAGEBLOCK_NO_ZONE,
} from '../../src/abi/layout';
import { ORDER_MAX } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { CZONE_DYING, CZONE_RANGES_MAX } from '../../src/abi/czone';
import { STAT_CZONE_RECLAIM_CANCELLED, STAT_CZONE_RECLAIM_PAGES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../src/abi/status';
import { anyBit, countOrder } from '../base/bitmap';
import { NIL, setState, stateOf } from '../base/frame';
import { backedBase, guest, spanFrames } from '../base/guest';
import { blockType, blockZone } from '../base/pageblock';
import { count } from '../base/stats';
import { WORK_BYTES, WORK_OFFER } from '../base/work';
import { Zone, zoneAt } from '../base/zone';
import { settleDying } from '../czone/block';
import { pool, putRange } from '../czone/pool';
import { isCzone } from '../czone/zone';
import {
  FREE_NO_NOTIFY,
  FREE_TO_HEAD,
  FREE_TO_TAIL,
  firstFree,
  freeOne,
  nextFree,
  takeFree,
} from '../kernel/allocator';

/** What is still wanted, and the ranges that lie in the scratch area. */
@unmanaged
class Offer {
  rangesLeft: u32;
  framesLeft: u32;
  ranges: u32;
  /** The last range, which the next piece may extend. */
  start: u32;
  end: u32;
}
if (<i32>offsetof<Offer>() > WORK_BYTES) ERROR('Offer outgrew its room');

/** Whether a piece starting here can be noted: it extends the last range, or there is room for one more. */
@inline
function hasRoom(offer: Offer, pfn: u32): bool {
  return pfn == offer.end || offer.rangesLeft > 0;
}

function note(offer: Offer, pfn: u32, frames: u32): void {
  if (pfn == offer.end) {
    offer.end += frames;
  } else {
    offer.start = pfn;
    offer.end = pfn + frames;
    offer.ranges++;
    offer.rangesLeft--;
  }
  putRange(offer.ranges - 1, offer.start, offer.end - offer.start);
  offer.framesLeft -= frames;
}

/** Keeps the backed pieces of a block that is off the lists for the host; what is not goes back. */
function cut(offer: Offer, zone: Zone, pfn: u32, order: u32, least: u32): void {
  const frames = (<u32>1) << order;
  const backed = countOrder(backedBase, pfn, order);
  const wanted = backed != 0 && hasRoom(offer, pfn) && offer.framesLeft >= (<u32>1) << least;
  if (wanted && backed == frames && frames <= offer.framesLeft) {
    setState(pfn, KIND_ISOLATED, order);
    zone.reclaiming += frames;
    note(offer, pfn, frames);
    return;
  }
  if (!wanted || order == least) {
    const flag = backed == 0 ? FREE_TO_TAIL : FREE_TO_HEAD;
    freeOne(zone, pfn, order, MIGRATE_MOVABLE, flag | FREE_NO_NOTIFY);
    return;
  }
  cut(offer, zone, pfn, order - 1, least);
  cut(offer, zone, pfn + (frames >> 1), order - 1, least);
}

/** Whether some aligned piece of 2^least frames is backed throughout. */
function hasPiece(pfn: u32, order: u32, least: u32): bool {
  if (least == 0) return anyBit(backedBase, pfn, order);
  const step = (<u32>1) << least;
  for (let at = pfn; at < pfn + ((<u32>1) << order); at += step) {
    if (countOrder(backedBase, at, least) == step) return true;
  }
  return false;
}

/** Collects from one zone, its largest blocks first, as long as there is room. */
function collect(offer: Offer, zone: Zone, least: u32): void {
  for (let order: u32 = ORDER_MAX + 1; order > least;) {
    order--;
    let pfn = firstFree(zone, order, MIGRATE_MOVABLE);
    while (pfn != NIL) {
      if (zone.backedFree == 0 || offer.framesLeft < (<u32>1) << least) return;
      const next = nextFree(pfn);
      if (hasPiece(pfn, order, least)) {
        if (!hasRoom(offer, pfn)) return;
        takeFree(zone, pfn, order, MIGRATE_MOVABLE);
        cut(offer, zone, pfn, order, least);
      }
      pfn = next;
    }
  }
}

/**
 * Takes free backed frames of a zone off the lists: at most `ranges` ranges and `frames` frames, in pieces of at least
 * 2^order frames. How many ranges lie in the scratch area {start, frames}; 0: there is no more.
 */
export function czoneReclaim(index: u32, ranges: u32, frames: u32, order: u32): i32 {
  if (!isCzone(index) || ranges > <u32>CZONE_RANGES_MAX || order > <u32>ORDER_MAX) {
    return STATUS_BAD_ARGUMENT;
  }
  const least = max(order, guest.backingShift);
  const offer = changetype<Offer>(WORK_OFFER);
  offer.rangesLeft = ranges;
  offer.framesLeft = frames;
  offer.ranges = 0;
  offer.end = NIL;
  collect(offer, zoneAt(index), least);
  count(STAT_CZONE_RECLAIM_PAGES, frames - offer.framesLeft);
  return offer.ranges;
}

/** Whether [start, end) consists of isolated blocks of one CZone. */
function isOut(start: u32, end: u32): bool {
  if (blockZone(start) == PAGEBLOCK_NO_ZONE || !isCzone(blockZone(start))) return false;
  const zone = blockZone(start);
  let at = start;
  while (at < end) {
    const state = stateOf(at);
    if ((state & KIND_MASK) != KIND_ISOLATED || blockZone(at) != zone) return false;
    at += 1 << (state & KIND_ORDER_MASK);
  }
  return at == end;
}

/**
 * A range that czoneReclaim took comes back: released by the host (to the tails of the lists), or `cancelled` and as it
 * was. Frames, or a status when the range is not out.
 */
export function czoneReturn(start: u32, frames: u32, cancelled: u32): i32 {
  if (start >= spanFrames || frames == 0 || frames > spanFrames - start) return STATUS_BAD_ARGUMENT;
  if (!isOut(start, start + frames)) return STATUS_BAD_STATE;
  const zone = zoneAt(blockZone(start));
  if (zone.reclaiming < frames) return STATUS_BAD_STATE;
  zone.reclaiming -= frames;
  const flags = FREE_NO_NOTIFY | (cancelled != 0 ? FREE_TO_HEAD : FREE_TO_TAIL);
  for (let at = start; at < start + frames;) {
    const order = stateOf(at) & KIND_ORDER_MASK;
    freeOne(zone, at, order, blockType(at), flags);
    at += 1 << order;
  }
  if (cancelled != 0) count(STAT_CZONE_RECLAIM_CANCELLED, frames);
  if (zone.state == CZONE_DYING) settleRange(zone, start, frames);
  return frames;
}

function settleRange(zone: Zone, start: u32, frames: u32): void {
  const block = guest.czoneBlockFrames;
  const end = start + frames;
  for (let at = start; at < end && zone.state == CZONE_DYING;) {
    settleDying(zone, at);
    at = (at + block - guest.czoneStart) & ~(block - 1);
    at += guest.czoneStart;
  }
}
