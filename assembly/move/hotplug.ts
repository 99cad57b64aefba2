// Memory that comes and goes while the guest runs, in memory blocks of 128 MiB (docs/linux-memory.md B.4): online with
// or without parts that virtio-mem has not plugged, offline with migration, all or nothing. Which zone memory joins,
// and whether it is onlined at all, is the guest's policy (src/guest); what the memmap costs too.

import {
  KERNEL_ZONES,
  KIND_FREE,
  KIND_HOLE,
  KIND_MASK,
  KIND_OFFLINE,
  KIND_ORDER_MASK,
  PAGEBLOCK_NO_ZONE,
  SCRATCH_FRAMES_MAX,
} from '../../src/abi/layout';
import {
  MEMORY_BLOCK_FRAMES,
  NONE,
  ORDER_MAX,
  PAGEBLOCK_FRAMES,
  PAGEBLOCK_ORDER,
} from '../../src/abi/unit';
import { MIGRATE_ISOLATE, MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE, STATUS_BUSY } from '../../src/abi/status';
import { NEVER_ONLINE, NIL, kindOf, setOfflineMark, stateOf } from '../base/frame';
import { guest, spanFrames, statesBase } from '../base/guest';
import { blockZone, setBlockType, setBlockZone } from '../base/pageblock';
import { scratchPair } from '../base/scratch';
import { Zone, zoneAt } from '../base/zone';
import {
  HAS_LISTS,
  drainZone,
  isolateRange,
  pcpAt,
  setPcpSizes,
  takeFreeRange,
  unisolateRange,
} from '../kernel/allocator';
import { resizeWatermarks } from '../kernel/watermark';
import { inOneZone, migrateRange } from './contig';
import { growZone, handOver, populationChanged, shrinkZone } from './zone-span';

/** A range of whole memory blocks inside the span. */
function isBlockRange(start: u32, frames: u32): bool {
  const aligned = ((start | frames) & (MEMORY_BLOCK_FRAMES - 1)) == 0;
  return aligned && frames != 0 && start < spanFrames && frames <= spanFrames - start;
}

/** Whether nothing is there yet: no zone, no memory, no part of the CZone region. */
function isVacant(start: u32, end: u32): bool {
  const regionEnd = guest.czoneStart + guest.czoneFrames;
  if (start < regionEnd && end > guest.czoneStart) return false;
  for (let at = start; at < end; at += PAGEBLOCK_FRAMES) {
    if (blockZone(at) != PAGEBLOCK_NO_ZONE) return false;
  }
  for (let at = start; at < end; at++) {
    if (stateOf(at) != KIND_HOLE) return false;
  }
  return true;
}

/** Hands [start, end) to the allocator in the largest aligned chunks, ascending. Pageblocks are isolated still. */
function freeChunks(zone: Zone, start: u32, end: u32): void {
  for (let at = start; at < end;) {
    let order: u32 = at == 0 ? ORDER_MAX : min<u32>(ORDER_MAX, ctz<u32>(at));
    while (at + (1 << order) > end) order--;
    handOver(zone, at, order);
    at += 1 << order;
  }
}


@inline
function rangeStart(position: u32): u32 {
  return load<u32>(scratchPair(position));
}


@inline
function rangeFrames(position: u32): u32 {
  return load<u32>(scratchPair(position), 4);
}

/** Whether the scratch area holds `ranges` ascending pairs {start, frames} of whole pageblocks inside [start, end). */
function rangesFit(ranges: u32, start: u32, end: u32): bool {
  if (ranges > <u32>SCRATCH_FRAMES_MAX / 2) return false;
  let least = start;
  for (let at: u32 = 0; at < ranges; at++) {
    const first = rangeStart(at);
    const frames = rangeFrames(at);
    if (((first | frames) & (PAGEBLOCK_FRAMES - 1)) != 0) return false;
    if (first < least || first > end || frames > end - first) return false;
    least = first + frames;
  }
  return true;
}

/** After memory has come or gone: zonelists, grouping by mobility, watermarks, per-cpu sizes. */
function settle(isFirstOrLast: bool): void {
  if (isFirstOrLast) populationChanged();
  resizeWatermarks();
}

/**
 * Onlines memory blocks to a kernel zone: new frames go to the tails of its lists. `ranges` NONE: all of it; else the
 * number of pairs {start, frames} in the scratch area, ascending, that are plugged: the rest is present but offline.
 * 0 or a status.
 */
export function memoryOnline(start: u32, frames: u32, index: u32, ranges: i32): i32 {
  const end = start + frames;
  if (!isBlockRange(start, frames) || index >= <u32>KERNEL_ZONES) return STATUS_BAD_ARGUMENT;
  if (ranges != NONE && !rangesFit(ranges, start, end)) return STATUS_BAD_ARGUMENT;
  if (!HAS_LISTS || !isVacant(start, end)) return STATUS_BAD_STATE;
  const zone = zoneAt(index);
  const first = zone.present == 0;
  growZone(index, start, end, MIGRATE_ISOLATE);
  zone.isolatedBlocks += frames >> (<u32>PAGEBLOCK_ORDER);
  if (ranges == NONE) freeChunks(zone, start, end);
  else onlineParts(zone, start, end, ranges);
  unisolateRange(start, end, MIGRATE_MOVABLE);
  settle(first);
  return 0;
}

function onlineParts(zone: Zone, start: u32, end: u32, ranges: u32): void {
  memory.fill(statesBase + start, <u8>KIND_OFFLINE, end - start);
  for (let at = start; at < end; at++) {
    setOfflineMark(at, NEVER_ONLINE);
  }
  for (let at: u32 = 0; at < ranges; at++) {
    const first = rangeStart(at);
    freeChunks(zone, first, first + rangeFrames(at));
  }
}

/** First frame of [start, end) that is neither free nor offline, or NIL. */
function findInUse(start: u32, end: u32): u32 {
  for (let at = start; at < end;) {
    const state = stateOf(at);
    const kind = state & KIND_MASK;
    if (kind == KIND_FREE) at += 1 << (state & KIND_ORDER_MASK);
    else if (kind == KIND_OFFLINE) at++;
    else return at;
  }
  return NIL;
}

/** Empties an isolated range. 0, or why it cannot be emptied now. */
function evacuate(start: u32, end: u32, cpu: u32): i32 {
  const status = migrateRange(start, end, cpu);
  if (status < 0 && status != STATUS_BUSY) return status;
  const obstacle = findInUse(start, end);
  guest.busyPfn = obstacle;
  return obstacle == NIL ? 0 : STATUS_BUSY;
}

/**
 * Takes memory blocks out of use: all of them or none. Frames that virtio-mem holds offline are no obstacle.
 * 0; STATUS_BUSY with the frame in the way in guest.busyPfn; or the status of a request for a page's new place, or
 * STATUS_MOVES_FULL: then the call can be made again, what has moved stays moved. Linux goes block by block and tries
 * for ever; who wants that calls with one block at a time.
 */
export function memoryOffline(start: u32, frames: u32, cpu: u32): i32 {
  const end = start + frames;
  if (!isBlockRange(start, frames) || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  const index = blockZone(start);
  if (index >= <u32>KERNEL_ZONES || !inOneZone(start, end)) return STATUS_BAD_STATE;
  for (let at = start; at < end; at++) {
    if (kindOf(at) == KIND_HOLE) return STATUS_BAD_STATE;
  }
  const status = evacuateIsolated(index, start, end, cpu);
  if (status == 0) remove(zoneAt(index), index, start, end);
  return status;
}

/**
 * Isolates a range of a zone and empties it. Meanwhile the zone has no per-cpu lists, so that every free goes straight
 * to it (zone_pcp_disable). Isolation ends with a failure.
 */
function evacuateIsolated(index: u32, start: u32, end: u32, cpu: u32): i32 {
  const sizes = pcpAt(0, index);
  const highMin = sizes.highMin;
  const highMax = sizes.highMax;
  const batch = sizes.batch;
  setPcpSizes(index, 0, 0, 1);
  drainZone(zoneAt(index));
  let status = isolateRange(start, end, start, end, MIGRATE_MOVABLE, true);
  if (status == 0) {
    status = evacuate(start, end, cpu);
    if (status < 0) unisolateRange(start, end, MIGRATE_MOVABLE);
  }
  setPcpSizes(index, highMin, highMax, batch);
  return status;
}

/** The emptied range is no memory any more. */
function remove(zone: Zone, index: u32, start: u32, end: u32): void {
  const frames = end - start;
  zone.managed -= takeFreeRange(zone, start, end);
  zone.isolatedBlocks -= frames >> (<u32>PAGEBLOCK_ORDER);
  memory.fill(statesBase + start, <u8>KIND_HOLE, frames);
  for (let at = start; at < end; at += PAGEBLOCK_FRAMES) {
    setBlockType(at, MIGRATE_MOVABLE);
    setBlockZone(at, PAGEBLOCK_NO_ZONE);
  }
  shrinkZone(index, start, end);
  settle(zone.present == 0);
}
