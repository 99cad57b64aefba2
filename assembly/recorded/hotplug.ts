// The rare commands of a compiled recording: memory that comes and goes while the kernel runs. What happens then is what
// happens in a live guest (move/zone-span, kernel/isolate); when, and to which frames, the trace decides.

import { PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { MIGRATE_ISOLATE, MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import {
  OFFLINE_GONE,
  OFFLINE_LEAVES,
  OFFLINE_RETURNS,
  PROGRAM_CLAIM_RANGE,
  PROGRAM_ISOLATE,
  PROGRAM_OFFLINE,
  PROGRAM_ONLINE,
  PROGRAM_RAISE,
  PROGRAM_RETUNE,
  PROGRAM_UNISOLATE,
} from '../../src/abi/program';
import { spanFrames } from '../base/guest';
import { blockStart, blockType } from '../base/pageblock';
import { zoneAt } from '../base/zone';
import { setIsolated, takeFreeRange, unisolateRange } from '../kernel/isolate';
import { resizeWatermarks, startKhugepaged } from '../kernel/watermark';
import { growZone, handOver, populationChanged, shrinkZone } from '../move/zone-span';

/** A block becomes memory of the zone. */
function online(start: u32, order: u32, index: u32): void {
  const zone = zoneAt(index);
  const isFirst = zone.present == 0;
  growZone(index, start, start + (1 << order), MIGRATE_MOVABLE);
  if (isFirst) populationChanged();
  handOver(zone, start, order);
}

/** Frames leave the allocator's care. */
function release(frames: u32, index: u32): void {
  const zone = zoneAt(index);
  zone.managed -= min(frames, zone.managed);
}

/**
 * Frames that nobody cares for any more are no memory of the zone. Their pageblocks stay the zone's, for a misread trace may
 * name them again.
 */
function offline(start: u32, end: u32, index: u32): void {
  const zone = zoneAt(index);
  shrinkZone(index, start, end);
  if (zone.present == 0) populationChanged();
}

/** The pageblocks of the range are isolated, whatever is in use there. */
function isolate(start: u32, end: u32): void {
  for (let at = blockStart(start); at < end; at += PAGEBLOCK_FRAMES) {
    if (blockType(at) != MIGRATE_ISOLATE) setIsolated(at);
  }
}

/** Commands on a range [frame, frame + operand); false when it leaves memory or the operation is unknown. */
function onRange(op: u32, frame: u32, operand: u32, type: u32, index: u32): bool {
  if (operand > spanFrames - frame) return false;
  const end = frame + operand;
  switch (op) {
    case PROGRAM_OFFLINE:
      if (type == OFFLINE_GONE) offline(frame, end, index);
      else if (type == OFFLINE_RETURNS) zoneAt(index).managed += operand;
      else if (type == OFFLINE_LEAVES) release(operand, index);
      else return false;
      return true;
    case PROGRAM_ISOLATE:
      isolate(frame, end);
      return true;
    case PROGRAM_CLAIM_RANGE:
      takeFreeRange(zoneAt(index), frame, end);
      return true;
    case PROGRAM_UNISOLATE:
      unisolateRange(blockStart(frame), end, type);
      return true;
    default:
      return false;
  }
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
      online(frame, order, zone);
      return true;
    case PROGRAM_RETUNE:
      resizeWatermarks();
      return true;
    case PROGRAM_RAISE:
      startKhugepaged();
      return true;
    default:
      return onRange(op, frame, operand, type, zone);
  }
}
