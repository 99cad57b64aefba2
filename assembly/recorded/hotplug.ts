// The rare commands of a compiled recording: memory that comes and goes while the kernel runs.

import { KIND_MOVABLE } from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_ISOLATE, MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import {
  PROGRAM_CLAIM_RANGE,
  PROGRAM_ISOLATE,
  PROGRAM_OFFLINE,
  PROGRAM_ONLINE,
  PROGRAM_RETUNE,
  PROGRAM_UNISOLATE,
  PROGRAM_VANISH,
} from '../../src/abi/program';
import { NIL, orderOf } from '../base/frame';
import { spanFrames, statesBase } from '../base/guest';
import { blockStart, blockType, setBlockType, setBlockZone } from '../base/pageblock';
import { Zone, zoneAt, zoneEnd } from '../base/zone';
import {
  FREE_NO_NOTIFY,
  FREE_TO_TAIL,
  freeBlockOf,
  freeOne,
  freeSplit,
  takeFree,
} from '../kernel/buddy';
import { retype, unisolateBlock } from '../kernel/isolate';
import { resizeWatermarks } from '../kernel/watermark';
import { buildZonelist } from '../kernel/zonelist';

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
  const block = blockStart(start);
  for (let at = block; at < start + frames; at += PAGEBLOCK_FRAMES) {
    setBlockZone(at, index);
    setBlockType(at, MIGRATE_MOVABLE);
  }
  zone.present += frames;
  zone.managed += frames;
  if (first) buildZonelist();
  freeSplit(zone, start, order, FREE_TO_TAIL | FREE_NO_NOTIFY);
}

/** Frames leave the allocator's care; with `gone` they are no memory of the zone any more. */
function offlineRange(start: u32, frames: u32, index: u32, gone: bool): void {
  const zone = zoneAt(index);
  zone.managed -= min(frames, zone.managed);
  if (!gone) return;
  zone.present -= min(frames, zone.present);
  if (start + frames == zoneEnd(zone)) zone.spanned -= frames;
  if (zone.present == 0) buildZonelist();
}

/** Takes every free block that touches [start, end) off the lists; parts outside are freed again. */
function claimRange(zone: Zone, start: u32, end: u32): void {
  for (let at = start; at < end;) {
    const head = freeBlockOf(at);
    if (head == NIL) {
      at++;
      continue;
    }
    const order = orderOf(head);
    const stop = head + (1 << order);
    takeFree(zone, head, order, blockType(head));
    giveBack(zone, head, max(head, start));
    giveBack(zone, min(stop, end), stop);
    at = stop;
  }
}

/** Frees [from, to) in the largest aligned blocks up to a pageblock. */
function giveBack(zone: Zone, from: u32, to: u32): void {
  for (let at = from; at < to;) {
    let order = min<u32>(PAGEBLOCK_ORDER, ctz<u32>(at));
    while (at + (1 << order) > to) order--;
    freeOne(zone, at, order, blockType(at), 0);
    at += 1 << order;
  }
}

/**
 * What compaction's free scanner takes: every block below a pageblock that touches the range, from MOVABLE pageblocks
 * only, whole.
 */
function vanish(zone: Zone, start: u32, end: u32): void {
  for (let at = start; at < end;) {
    const head = freeBlockOf(at);
    if (head == NIL) {
      at++;
      continue;
    }
    const order = orderOf(head);
    const type = blockType(head);
    if (order < <u32>PAGEBLOCK_ORDER && type == MIGRATE_MOVABLE) {
      takeFree(zone, head, order, type);
      memory.fill(statesBase + head, <u8>KIND_MOVABLE, 1 << order);
    }
    at = head + (1 << order);
  }
}

/** The pageblocks of the range change type with what is free in them. */
function retypeRange(zone: Zone, start: u32, end: u32, type: u32): void {
  for (let at = blockStart(start); at < end; at += PAGEBLOCK_FRAMES) {
    retype(zone, at, type);
  }
}

function unisolateBlocks(start: u32, end: u32, type: u32): void {
  for (let at = blockStart(start); at < end; at += PAGEBLOCK_FRAMES) {
    unisolateBlock(at, type);
  }
}

/** Commands on a range [frame, frame + operand); false when it leaves memory or the operation is unknown. */
function onRange(op: u32, frame: u32, operand: u32, type: u32, index: u32): bool {
  if (operand > spanFrames - frame) return false;
  const zone = zoneAt(index);
  const end = frame + operand;
  switch (op) {
    case PROGRAM_OFFLINE:
      offlineRange(frame, operand, index, type == 1);
      return true;
    case PROGRAM_ISOLATE:
      retypeRange(zone, frame, end, MIGRATE_ISOLATE);
      zone.isolatedBlocks += (operand + PAGEBLOCK_FRAMES - 1) >> PAGEBLOCK_ORDER;
      return true;
    case PROGRAM_CLAIM_RANGE:
      claimRange(zone, frame, end);
      return true;
    case PROGRAM_UNISOLATE:
      unisolateBlocks(frame, end, type);
      return true;
    case PROGRAM_VANISH:
      vanish(zone, frame, end);
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
      onlineBlock(frame, order, zone);
      return true;
    case PROGRAM_RETUNE:
      resizeWatermarks();
      return true;
    default:
      return onRange(op, frame, operand, type, zone);
  }
}
