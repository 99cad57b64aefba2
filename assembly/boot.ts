// Making a guest: laying out the memory, forming the zones, handing free memory over to the buddy.

import {
  ABI_VERSION,
  BUFFER_SLOT_BYTES,
  GUEST_BASE,
  KERNEL_ZONES,
  KIND_HOLE,
  KIND_RESERVED,
  KIND_TAIL,
  NODE_BYTES,
  OBJECTS_MAX,
  OBJECT_BYTES,
  PAGEBLOCK_NO_ZONE,
  PAGEBLOCK_ZONE_SHIFT,
  PCP_STRIDE,
  SCRATCH_BYTES,
  STATS_BASE,
  STATS_MAX,
  ZONE_STRIDE,
} from '../src/abi/layout';
import { ORDER_MAX, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../src/abi/unit';
import { MIGRATE_MOVABLE } from '../src/abi/migratetype';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE, STATUS_NO_MEMORY } from '../src/abi/status';
import { NIL, stateOf } from './base/frame';
import { REPORT_NOBODY, attach, blocksBase, guest, spanFrames, statesBase } from './base/guest';
import { memoBytes } from './base/memo';
import { verifyBytes } from './base/notes';
import { blockStart, blockType, blockZone, setBlockType, setBlockZone } from './base/pageblock';
import { forgetTouched, noteTouched, touchedBytes } from './base/touched';
import { resetScanners, zoneAt, zoneEnd, zoneReset } from './base/zone';
import { poolBytes } from './czone/pool';
import {
  FREE_NO_NOTIFY,
  FREE_TO_TAIL,
  HAS_LISTS,
  freeOne,
  llfreeBytes,
  llfreeForm,
  pcpResetZone,
} from './kernel/allocator';
import {
  computeMinFree,
  decideMobility,
  raiseMinFreeForThp,
  setupWatermarks,
} from './kernel/watermark';
import { buildZonelist } from './kernel/zonelist';

const WASM_PAGE_BYTES: u64 = 65536;

// What a guest may be made with.
const CPUS_MAX: u32 = 1024;
const CZONES_MAX: u32 = 60000;


@inline
function align(value: u64, to: u64): u64 {
  return (value + to - 1) & ~(to - 1);
}

/**
 * Makes an empty guest: lays its memory out and clears what a guest before it may have used. 0, STATUS_BAD_ARGUMENT or
 * STATUS_NO_MEMORY.
 */
export function create(
  frames: u32,
  cpus: u32,
  czones: u32,
  objects: u32,
  nodes: u32,
  bufferSlots: u32,
): i32 {
  const had = <u64>memory.size() * WASM_PAGE_BYTES;
  const status = layOut(frames, cpus, czones, objects, nodes, bufferSlots);
  if (status == 0) clearRegions(had);
  return status;
}

/**
 * Lays the memory out for a guest without clearing its tables: for a copy of another guest that is to overwrite them.
 * Grows the Wasm memory once, to the exact size. 0, STATUS_BAD_ARGUMENT or STATUS_NO_MEMORY.
 */
export function layOut(
  frames: u32,
  cpus: u32,
  czones: u32,
  objects: u32,
  nodes: u32,
  bufferSlots: u32,
): i32 {
  if (frames == 0 || cpus == 0 || cpus > CPUS_MAX || czones > CZONES_MAX)
    return STATUS_BAD_ARGUMENT;
  if (objects > <u32>OBJECTS_MAX || (!HAS_LISTS && czones != 0)) return STATUS_BAD_ARGUMENT;
  const span = <u32>align(frames, 1 << (<u32>ORDER_MAX));
  const zones = KERNEL_ZONES + czones;
  let at: u64 = align(<u64>STATS_BASE + STATS_MAX * 8, 64);
  const zonesAt = at;
  at = align(at + <u64>zones * ZONE_STRIDE, 64);
  const pcpsAt = at;
  at = align(at + <u64>cpus * KERNEL_ZONES * PCP_STRIDE, 64);
  const bufferAt = at;
  at = align(at + <u64>bufferSlots * BUFFER_SLOT_BYTES, 64);
  const scratchAt = at;
  at += SCRATCH_BYTES;
  const objectsAt = at;
  at = align(at + <u64>objects * OBJECT_BYTES, 64);
  const blocksAt = at;
  at = align(at + ((<u64>(span >> (<u32>PAGEBLOCK_ORDER))) << 2), 64);
  const linksAt = at;
  at = align(at + ((<u64>(span >> (<u32>PAGEBLOCK_ORDER))) << 3), 64);
  const poolAt = at;
  at = align(at + (HAS_LISTS ? <u64>poolBytes(span) : llfreeBytes(span, cpus)), 64);
  const bitmap = align((<u64>span) >> 3, 64);
  const backedAt = at;
  const templateAt = backedAt + bitmap;
  const reportedAt = templateAt + bitmap;
  const statesAt = reportedAt + bitmap;
  const recordsAt = align(statesAt + span, 64);
  const nodesAt = align(recordsAt + ((<u64>span) << 3), 64);
  const memosAt = nodesAt + <u64>nodes * NODE_BYTES;
  const touchedAt = memosAt + memoBytes(objects);
  const end = touchedAt + touchedBytes(span) + verifyBytes(span, objects, zones);
  if (!reach(end)) return STATUS_NO_MEMORY;
  memory.fill(GUEST_BASE, 0, <usize>(zonesAt - GUEST_BASE));
  guest.abiVersion = ABI_VERSION;
  guest.spanFrames = span;
  guest.zonesMax = zones;
  guest.zonesUsed = KERNEL_ZONES;
  guest.cpus = cpus;
  guest.objectsMax = objects;
  guest.nodesMax = nodes;
  guest.bufferSlots = bufferSlots;
  guest.zones = <u32>zonesAt;
  guest.pcps = <u32>pcpsAt;
  guest.buffer = <u32>bufferAt;
  guest.scratch = <u32>scratchAt;
  guest.objects = <u32>objectsAt;
  guest.blocks = <u32>blocksAt;
  guest.links = <u32>linksAt;
  guest.czonePool = <u32>poolAt;
  guest.backed = <u32>backedAt;
  guest.template = <u32>templateAt;
  guest.reported = <u32>reportedAt;
  guest.states = <u32>statesAt;
  guest.records = <u32>recordsAt;
  guest.nodes = <u32>nodesAt;
  attach();
  return 0;
}

/** Grows the memory to hold `end` bytes. */
function reach(end: u64): bool {
  const pages = (end + WASM_PAGE_BYTES - 1) / WASM_PAGE_BYTES;
  const have = <u64>memory.size();
  if (pages <= have) return true;
  return pages <= 65536 && memory.grow(<i32>(pages - have)) >= 0;
}

/** Memory that was grown is zero: only what was there before is cleared, the first `had` bytes. */
function clearRegions(had: u64): void {
  const used = min<u64>(had, <u64>guest.records + ((<u64>spanFrames) << 3));
  if (used > guest.buffer) memory.fill(guest.buffer, 0, <usize>(used - guest.buffer));
  forgetTouched(spanFrames);
  const blocks = spanFrames >> (<u32>PAGEBLOCK_ORDER);
  for (let block: u32 = 0; block < blocks; block++) {
    const entry = (PAGEBLOCK_NO_ZONE << PAGEBLOCK_ZONE_SHIFT) | MIGRATE_MOVABLE;
    store<u32>(blocksBase + ((<usize>block) << 2), entry);
  }
  for (let index: u32 = 0; index < guest.zonesMax; index++) zoneReset(zoneAt(index));
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) pcpResetZone(index);
  guest.scaleFactor = 10;
  guest.boostFactor = 15000;
  guest.reportOrder = REPORT_NOBODY;
  guest.objectFree = NIL;
  guest.nodeFree = NIL;
  guest.freeZone = NIL;
  guest.balloonHead = NIL;
  guest.balloonTail = NIL;
  guest.busyPfn = NIL;
}

/** Gives a kernel zone its span; its frames stay holes until memory is added. */
export function zoneSpan(index: u32, start: u32, frames: u32): i32 {
  if (index >= <u32>KERNEL_ZONES || start >= spanFrames || frames > spanFrames - start) {
    return STATUS_BAD_ARGUMENT;
  }
  const zone = zoneAt(index);
  zone.start = start;
  zone.spanned = frames;
  const first = blockStart(start);
  for (let pfn = first; pfn < start + frames; pfn += PAGEBLOCK_FRAMES) {
    setBlockZone(pfn, index);
    setBlockType(pfn, MIGRATE_MOVABLE);
  }
  resetScanners(zone);
  if (!HAS_LISTS) llfreeForm(index);
  return 0;
}

/** RAM that the firmware reports: present, and reserved until handed over. */
export function memoryPresent(start: u32, frames: u32): i32 {
  if (start >= spanFrames || frames > spanFrames - start) return STATUS_BAD_ARGUMENT;
  const end = start + frames;
  if (!isAll(start, end, KIND_HOLE)) return STATUS_BAD_STATE;
  for (let pfn = start; pfn < end; pfn = blockStart(pfn) + PAGEBLOCK_FRAMES) {
    const index = blockZone(pfn);
    if (index == PAGEBLOCK_NO_ZONE) return STATUS_BAD_STATE;
    const last = min(blockStart(pfn) + PAGEBLOCK_FRAMES, end);
    if (pfn < zoneAt(index).start || last > zoneEnd(zoneAt(index))) return STATUS_BAD_STATE;
  }
  for (let pfn = start; pfn < end;) {
    const next = min(blockStart(pfn) + PAGEBLOCK_FRAMES, end);
    zoneAt(blockZone(pfn)).present += next - pfn;
    pfn = next;
  }
  noteTouched(start, frames);
  memory.fill(statesBase + start, <u8>KIND_RESERVED, frames);
  return 0;
}

/** Whether all frames of [start, end) have one state. */
function isAll(start: u32, end: u32, state: u32): bool {
  const eight = <u64>state * 0x0101010101010101;
  let pfn = start;
  while (pfn + 8 <= end && load<u64>(statesBase + pfn) == eight) pfn += 8;
  while (pfn < end && stateOf(pfn) == state) pfn++;
  return pfn == end;
}

/**
 * Hands reserved frames to the buddy in the largest aligned blocks, ascending, each to its list's tail
 * (memblock_free_all). Blocks never cross a zone.
 */
export function memoryHandOver(start: u32, frames: u32): i32 {
  if (start >= spanFrames || frames > spanFrames - start) return STATUS_BAD_ARGUMENT;
  const end = start + frames;
  for (let pfn = start; pfn < end;) {
    // a reserved frame lies in a zone
    if (stateOf(pfn) != KIND_RESERVED) return STATUS_BAD_STATE;
    let order = pfn == 0 ? ORDER_MAX : min<u32>(ORDER_MAX, ctz<u32>(pfn));
    while (pfn + (1 << order) > end) order--;
    const zone = zoneAt(blockZone(pfn));
    while (pfn + (1 << order) > zoneEnd(zone)) order--;
    if (!isAll(pfn, pfn + (1 << order), KIND_RESERVED)) return STATUS_BAD_STATE;
    memory.fill(statesBase + pfn, <u8>KIND_TAIL, 1 << order);
    zone.managed += 1 << order;
    freeOne(zone, pfn, order, blockType(pfn), FREE_TO_TAIL | FREE_NO_NOTIFY);
    pfn += 1 << order;
  }
  return 0;
}

/** After the hand-over: zonelist, watermarks, per-cpu sizes, grouping by mobility. */
export function finishBoot(thp: u32): void {
  guest.thp = thp;
  buildZonelist();
  decideMobility();
  computeMinFree(true);
  setupWatermarks();
  if (thp != 0) {
    raiseMinFreeForThp();
    setupWatermarks();
  }
}
