// The rare commands of a compiled recording: memory that comes and goes while the kernel runs. What happens then is what
// happens in a live guest (move/zone-span, kernel/isolate); when, and to which frames, the trace decides.

import { KERNEL_ZONES } from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
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
import { NIL } from '../base/frame';
import { spanFrames } from '../base/guest';
import { blockStart, blockType, blockZone } from '../base/pageblock';
import { zoneAt } from '../base/zone';
import { setIsolated, takeFreeRange, unisolateRange } from '../kernel/isolate';
import { drainZone } from '../kernel/percpu';
import { resizeWatermarks, startKhugepaged } from '../kernel/watermark';
import { growZone, handOver, populationChanged, shrinkZone } from '../move/zone-span';
import { Command } from './command';
import { takeOut } from './resync';

/**
 * A block becomes memory of the zone. Where a misread trace names what is there still, it leaves its lists first; a part of a
 * pageblock that has a zone comes to that one, as what it is.
 */
function online(command: Command): void {
  const start = command.frame;
  const order = command.order;
  takeOut(command);
  let index: u32 = command.zone;
  let type: u32 = MIGRATE_MOVABLE;
  if (order < <u32>PAGEBLOCK_ORDER && blockZone(start) < <u32>KERNEL_ZONES) {
    index = blockZone(start);
    type = blockType(start);
  }
  const zone = zoneAt(index);
  const isFirst = zone.present == 0;
  growZone(index, start, start + (1 << order), type);
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
  // per-cpu lists go with a zone's last memory
  if (zone.present <= end - start) drainZone(zone);
  shrinkZone(index, start, end);
  if (zone.present == 0) populationChanged();
}

/** The pageblocks of the range are isolated, whatever is in use there. */
function isolate(start: u32, end: u32): void {
  for (let at = blockStart(start); at < end; at += PAGEBLOCK_FRAMES) {
    if (blockType(at) != MIGRATE_ISOLATE) setIsolated(at);
  }
}

/** The kernel zone that all of a range lies in, NIL: there is none. */
function zoneOfRange(start: u32, end: u32): u32 {
  const index = blockZone(start);
  if (index >= <u32>KERNEL_ZONES) return NIL;
  for (let at = blockStart(start); at < end; at += PAGEBLOCK_FRAMES) {
    if (blockZone(at) != index) return NIL;
  }
  return index;
}

/** Commands on a range [frame, frame + operand); false when it is not of one zone or the operation is unknown. */
function onRange(command: Command, op: u32): bool {
  const start = command.frame;
  const frames = command.operand;
  const type = command.type;
  if (frames > spanFrames - start) return false;
  const end = start + frames;
  const index = zoneOfRange(start, end);
  if (index == NIL) return false;
  switch (op) {
    case PROGRAM_OFFLINE:
      if (type == OFFLINE_GONE) offline(start, end, index);
      else if (type == OFFLINE_RETURNS) zoneAt(index).managed += frames;
      else if (type == OFFLINE_LEAVES) release(frames, index);
      else return false;
      return true;
    case PROGRAM_ISOLATE:
      isolate(start, end);
      return true;
    case PROGRAM_CLAIM_RANGE:
      takeFreeRange(zoneAt(index), start, end);
      return true;
    case PROGRAM_UNISOLATE:
      if (type > <u32>MIGRATE_ISOLATE) return false;
      unisolateRange(blockStart(start), end, type);
      return true;
    default:
      return false;
  }
}

/** Carries out a rare command; false when the operation is unknown or names what is no memory. */
export function programMemory(command: Command, op: u32): bool {
  const frames = (<u32>1) << command.order;
  switch (op) {
    case PROGRAM_ONLINE:
      if ((command.frame & (frames - 1)) != 0 || frames > spanFrames - command.frame) return false;
      online(command);
      return true;
    case PROGRAM_RETUNE:
      resizeWatermarks();
      return true;
    case PROGRAM_RAISE:
      startKhugepaged();
      return true;
    default:
      return onRange(command, op);
  }
}
