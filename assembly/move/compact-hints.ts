// Compaction's hints: pageblocks that gave nothing are skipped until their hints are cleared, all of a zone's at once and
// only where there is something to do again (docs/linux-memory.md B.1). The outermost such pageblocks are where the next
// run's scanners begin.

import {
  KIND_FREE,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  ZONE_FLAG_FLUSH_SKIP,
} from '../../src/abi/layout';
import { COSTLY_ORDER, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { stateOf } from '../base/frame';
import { blockSkip, blockStart, blockType, blockZone, setBlockSkip } from '../base/pageblock';
import { Zone, zoneAt, zoneEnd } from '../base/zone';
import { isHugePage } from './migrate-scanner';

/** Every so many frames one is looked at. */
const SAMPLE_FRAMES: u32 = 1 << COSTLY_ORDER;

/** Whether a sample shows a page that can move (`gives`) or a free block (`takes`). */
function showsUse(block: u32, gives: bool, takes: bool): bool {
  for (let at = block; at < block + PAGEBLOCK_FRAMES; at += SAMPLE_FRAMES) {
    const kind = stateOf(at) & KIND_MASK;
    if (gives && (kind == KIND_OBJECT || kind == KIND_MOVABLE)) return true;
    if (takes && kind == KIND_FREE) return true;
  }
  return false;
}

/** Whether a scanner may begin at the pageblock, whose hint is then cleared. */
function reopens(index: u32, block: u32, gives: bool, takes: bool): bool {
  if (blockZone(block) != index || isHugePage(block)) return false;
  if (gives && takes && !blockSkip(block)) return true;
  if (!gives && blockType(block) != MIGRATE_MOVABLE) return false;
  if (!showsUse(block, gives, takes)) return false;
  setBlockSkip(block, false);
  return true;
}


@inline
function startSources(zone: Zone, at: u32): void {
  zone.compactAsync = at;
  zone.compactSync = at;
}

/** Clears a zone's hints, from both edges inwards, and puts the scanners where there is something to do. */
export function clearHints(index: u32): void {
  const zone = zoneAt(index);
  zone.flags &= ~ZONE_FLAG_FLUSH_SKIP;
  if (zone.spanned == 0) return;
  let up = blockStart(zone.start);
  let down = blockStart(zoneEnd(zone) - 1);
  let hasSource = false;
  let hasTarget = false;
  for (; up < down; up += PAGEBLOCK_FRAMES, down -= PAGEBLOCK_FRAMES) {
    if (reopens(index, up, true, hasSource) && !hasSource) {
      hasSource = true;
      zone.compactInitSource = up;
      startSources(zone, up);
    }
    if (reopens(index, down, hasTarget, true) && !hasTarget) {
      hasTarget = true;
      zone.compactInitFree = down;
      zone.compactFree = down;
    }
  }
  if (hasSource && hasTarget) return;
  startSources(zone, up);
  zone.compactFree = down;
}
