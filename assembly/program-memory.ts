// The rare commands of a compiled recording: memory that comes and goes while the kernel runs.

import { PAGEBLOCK_FRAMES } from '../src/abi/layout';
import { MIGRATE_MOVABLE } from '../src/abi/migratetype';
import { PROGRAM_OFFLINE, PROGRAM_ONLINE, PROGRAM_RETUNE } from '../src/abi/program';
import { buildZonelist } from './alloc';
import { resizeWatermarks } from './boot';
import { FREE_NO_NOTIFY, FREE_TO_TAIL, freeSplit } from './buddy';
import { spanFrames } from './guest';
import { setBlockType, setBlockZone } from './pageblock';
import { Zone, zoneAt, zoneEnd } from './zone';

/** The zone grows to hold [start, start + frames). */
function growZone(zone: Zone, start: u32, frames: u32): void {
  const end = max(start + frames, zone.spanned == 0 ? 0 : zoneEnd(zone));
  if (zone.spanned == 0 || start < zone.start) zone.start = start;
  zone.spanned = end - zone.start;
}

/** A block becomes memory of the zone, at the tail of its list. */
function onlineBlock(start: u32, order: u32, index: u32): void {
  const frames: u32 = 1 << order;
  const zone = zoneAt(index);
  const first = zone.present == 0;
  growZone(zone, start, frames);
  const block = start & ~(PAGEBLOCK_FRAMES - 1);
  for (let at = block; at < start + frames; at += PAGEBLOCK_FRAMES) {
    setBlockZone(at, index);
    setBlockType(at, MIGRATE_MOVABLE);
  }
  zone.present += frames;
  zone.managed += frames;
  if (first) buildZonelist();
  freeSplit(zone, start, order, FREE_TO_TAIL | FREE_NO_NOTIFY);
}

function offlineRange(start: u32, frames: u32, index: u32): void {
  const zone = zoneAt(index);
  zone.present -= min(frames, zone.present);
  zone.managed -= min(frames, zone.managed);
  if (start + frames == zoneEnd(zone)) zone.spanned -= frames;
  if (zone.present == 0) buildZonelist();
}

/** Carries out a rare command; false when the operation is unknown or names frames outside memory. */
export function programMemory(
  op: u32,
  frame: u32,
  operand: u32,
  order: u32,
  type: u32,
  zone: u32,
): bool {
  switch (op) {
    case PROGRAM_ONLINE:
      if ((<u32>1) << order > spanFrames - frame) return false;
      onlineBlock(frame, order, zone);
      return true;
    case PROGRAM_RETUNE:
      resizeWatermarks();
      return true;
    case PROGRAM_OFFLINE:
      if (operand > spanFrames - frame) return false;
      offlineRange(frame, operand, zone);
      return true;
    default:
      return false;
  }
}
