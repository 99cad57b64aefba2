// Carries out a compiled recording of a real kernel: each command predicts a frame, the recording says which it was.
// After a wrong prediction the state is made to agree with the kernel's, and the run goes on.
//
//  command  [ cpu:8 | zone:8 | type:4 | order:4 | op:8 ] [ frame ] [ operand ] [ event ]

import {
  COMMAND_BYTES,
  KERNEL_ZONES,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_ORDER_MASK,
  KIND_PCP,
  KIND_UNMOVABLE,
  PAGEBLOCK_NO_ZONE,
  PAGEBLOCK_ORDER,
  PCP_LISTS,
  ZONE_FLAG_RECLAIM_ACTIVE,
} from '../src/abi/layout';
import { ALLOC_WMARK_LOW, GFP_MOVABLE } from '../src/abi/gfp';
import {
  MIGRATE_HIGHATOMIC,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_PCPTYPES,
} from '../src/abi/migratetype';
import {
  DRAIN_FROM_FREED,
  DRAIN_FROM_ZERO,
  FREE_DIRECT,
  LOG_MISMATCH,
  LOG_RECORD_BYTES,
  PROGRAM_BULK,
  PROGRAM_CLAIM_RANGE,
  PROGRAM_COMMAND_BYTES,
  PROGRAM_DECAY,
  PROGRAM_DRAIN,
  PROGRAM_DRAIN_ALL,
  PROGRAM_FREE,
  PROGRAM_ISOLATE,
  PROGRAM_OFFLINE,
  PROGRAM_ONLINE,
  PROGRAM_POP,
  PROGRAM_RECLAIM,
  PROGRAM_REFILL,
  PROGRAM_RELEASE,
  PROGRAM_REQUEST,
  PROGRAM_REQUEST_BULK,
  PROGRAM_RETUNE,
  PROGRAM_TAKE,
  PROGRAM_UNISOLATE,
  RESYNC_BUDDY,
  RESYNC_IN_USE,
  RESYNC_PCP,
  RESYNC_SPLIT,
} from '../src/abi/program';
import { STATUS_BAD_ARGUMENT } from '../src/abi/status';
import { allocBlock, freeBlock, highestZone, requestType, zonelistAt } from './alloc';
import {
  FREE_TO_TAIL,
  accountFree,
  freeBlockOf,
  freeSplit,
  linkFree,
  takeFree,
  takeSmallest,
} from './buddy';
import { resetMode, setClaimHint, takeBlock } from './fallback';
import { NIL, orderOf, setState, stateOf } from './frame';
import { guest, spanFrames } from './guest';
import { listHead, listPushHead, listPushTail, listRemove, listTail, prevOf } from './list';
import { logBytes, logCommand, logRecord, logRoom, logStart } from './log';
import { blockType, blockZone } from './pageblock';
import {
  Pcp,
  drainAll,
  drainOne,
  drainZone,
  park,
  pcpAllowed,
  pcpAt,
  pcpDecay,
  pcpIndex,
  pcpList,
  pcpPop,
  pcpPush,
  refillIfEmpty,
} from './percpu';
import { programMemory } from './program-memory';
import { watermarkFast, wmark } from './watermark';
import { Zone, zoneAt } from './zone';

/** Log space that one command may need at most: a whole set of per-cpu lists. */
const LOG_ROOM_MIN: usize = <usize>LOG_RECORD_BYTES * 65536;

// The command at hand.
let frame: u32 = 0;
let operand: u32 = 0;
let order: u32 = 0;
let type: u32 = 0;
let zoneNumber: u32 = 0;
let cpu: u32 = 0;


@inline
function markInUse(pfn: u32, movable: bool): void {
  setState(pfn, movable ? KIND_MOVABLE : KIND_UNMOVABLE, order);
}

/** Head of the per-cpu block that covers a frame, or NIL. */
function parkedBlockOf(pfn: u32): u32 {
  for (let size: u32 = 0; size <= <u32>PAGEBLOCK_ORDER; size++) {
    const head = pfn & ~(((<u32>1) << size) - 1);
    const state = stateOf(head);
    if ((state & KIND_MASK) == KIND_PCP && (state & KIND_ORDER_MASK) >= size) return head;
  }
  return NIL;
}

/** Takes a block off the per-cpu list it is on; what of it lies outside the command's block stays in use. */
function unpark(head: u32): void {
  const size = orderOf(head);
  const first = firstOf(head);
  for (let at: u32 = 0; at < guest.cpus; at++) {
    for (let zone: u32 = 0; zone < <u32>KERNEL_ZONES; zone++) {
      const pcp = pcpAt(at, zone);
      for (let index: u32 = 0; index < <u32>PCP_LISTS; index++) {
        const list = pcpList(pcp, index);
        if (listHead(list) != first) continue;
        listRemove(list, head);
        pcp.count -= 1 << size;
        setState(head, KIND_UNMOVABLE, size);
        return;
      }
    }
  }
}

/** Takes a free block off its list; its parts outside [frame, end) stay free, at the heads of their lists, unmerged. */
function cutOut(head: u32, end: u32): void {
  const zone = zoneAt(blockZone(head));
  const held = blockType(head);
  const size = orderOf(head);
  takeFree(zone, head, size, held);
  keepOutside(zone, head, size, held, end);
}

function keepOutside(zone: Zone, at: u32, size: u32, held: u32, end: u32): void {
  const stop = at + (1 << size);
  if (at >= frame && stop <= end) return;
  if (stop <= frame || at >= end) {
    linkFree(zone, at, size, held, false);
    accountFree(zone, 1 << size, held);
    return;
  }
  const half = at + (1 << (size - 1));
  const lowerFirst = frame >= half;
  keepOutside(zone, lowerFirst ? at : half, size - 1, held, end);
  keepOutside(zone, lowerFirst ? half : at, size - 1, held, end);
}

/** Takes the command's block off whatever lists hold it or parts of it. RESYNC_*. */
function takeOut(): u32 {
  let was: u32 = RESYNC_IN_USE;
  const end = frame + (1 << order);
  if (end > spanFrames || blockZone(frame) == PAGEBLOCK_NO_ZONE) return was;
  for (let at = frame; at < end;) {
    const free = freeBlockOf(at);
    const parked = free == NIL ? parkedBlockOf(at) : NIL;
    const head = free == NIL ? parked : free;
    if (head == NIL) {
      at++;
      continue;
    }
    const size = orderOf(head);
    if (free == NIL) {
      was = RESYNC_PCP;
      unpark(head);
    } else {
      was = head == frame && size == order ? RESYNC_BUDDY : RESYNC_SPLIT;
      cutOut(head, end);
    }
    at = head + (1 << size);
  }
  return was;
}

/** Frees a wrongly predicted block straight back, to the tail: it is not to be the next prediction too. */
function giveBack(pfn: u32): void {
  freeSplit(zoneAt(blockZone(pfn)), pfn, order, FREE_TO_TAIL);
}

/** Compares a block taken from the buddy with the recording; a wrong one goes back and the kernel's is taken. */
function expectTaken(predicted: u32): void {
  if (predicted == frame) return;
  if (predicted != NIL) giveBack(predicted);
  logRecord(LOG_MISMATCH, predicted, takeOut());
}

function pop(): void {
  const pcp = pcpAt(cpu, zoneNumber);
  const list = pcpList(pcp, pcpIndex(order, type));
  const predicted = listHead(list);
  if (predicted == frame) {
    pcpPop(pcp, order, type);
  } else {
    if (predicted != NIL) {
      listRemove(list, predicted);
      listPushTail(list, predicted);
    }
    logRecord(LOG_MISMATCH, predicted, takeOut());
  }
  markInUse(frame, type == MIGRATE_MOVABLE);
}

function takeHinted(): u32 {
  const zone = zoneAt(zoneNumber);
  if (type == MIGRATE_HIGHATOMIC) return takeSmallest(zone, order, type);
  setClaimHint(operand);
  resetMode();
  const pfn = takeBlock(zone, order, type, 0);
  setClaimHint(0);
  return pfn;
}

function free(): void {
  const was = takeOut();
  if (was != RESYNC_IN_USE) logRecord(LOG_MISMATCH, frame, was);
  const zone = zoneAt(zoneNumber);
  const held = blockType(frame);
  if (!pcpAllowed(order) || held == MIGRATE_ISOLATE || operand == FREE_DIRECT) {
    freeSplit(zone, frame, order, 0);
    return;
  }
  const list = held >= <u32>MIGRATE_PCPTYPES ? <u32>MIGRATE_MOVABLE : held;
  pcpPush(pcpAt(cpu, zoneNumber), frame, order, list);
  zone.freedList = pcpIndex(order, list);
}


@inline
function nextList(index: u32): u32 {
  return index + 1 == PCP_LISTS ? 0 : index + 1;
}

function drainNext(): void {
  const zone = zoneAt(zoneNumber);
  const pcp = pcpAt(cpu, zoneNumber);
  let index = zone.drainList;
  if (operand == DRAIN_FROM_ZERO) index = 0;
  else if (operand == DRAIN_FROM_FREED) index = zone.freedList;
  for (let tried: u32 = 0; tried < <u32>PCP_LISTS; tried++) {
    if (listTail(pcpList(pcp, index)) != NIL) break;
    index = nextList(index);
  }
  zone.drainList = index;
  const predicted = listTail(pcpList(pcp, index));
  if (predicted == frame) {
    drainOne(pcp, zone, index);
    return;
  }
  if (predicted != NIL) catchUpDrain(pcp, zone, index, predicted);
  logRecord(LOG_MISMATCH, predicted, takeOut());
  freeSplit(zone, frame, order, 0);
}

/**
 * The kernel drained another block than predicted. On another list: it has emptied the lists up to that one.
 * On the same list: the predicted block is not where we think; it moves out of the way.
 */
function catchUpDrain(pcp: Pcp, zone: Zone, index: u32, predicted: u32): void {
  if (stateOf(frame) != (KIND_PCP | order)) return;
  const first = firstOf(frame);
  for (let tried: u32 = 0; tried < <u32>PCP_LISTS; tried++) {
    const list = pcpList(pcp, (index + tried) % PCP_LISTS);
    if (listHead(list) != first) continue;
    if (tried == 0) {
      listRemove(list, predicted);
      listPushHead(list, predicted);
      return;
    }
    for (let at: u32 = 0; at < tried; at++) {
      const before = (index + at) % PCP_LISTS;
      while (drainOne(pcp, zone, before) != NIL) {}
    }
    zone.drainList = (index + tried) % PCP_LISTS;
    return;
  }
}

/** Head of the list that a parked block is on. */
function firstOf(pfn: u32): u32 {
  let first = pfn;
  while (prevOf(first) != NIL) first = prevOf(first);
  return first;
}

function request(): void {
  const answer = allocBlock(operand, order, cpu);
  expectTaken(answer < 0 ? NIL : <u32>answer);
  markInUse(frame, (operand & GFP_MOVABLE) != 0);
}

/** alloc_pages_bulk: the first zone that can spare all its order-0 pages, else `otherwise`. */
function bulkZone(gfp: u32, pages: u32, otherwise: u32): u32 {
  const highest = highestZone(gfp);
  for (let position: u32 = 0; position < guest.zonelistCount; position++) {
    const index = zonelistAt(position);
    if (index > highest) continue;
    const zone = zoneAt(index);
    const mark = wmark(zone, ALLOC_WMARK_LOW) + pages;
    if (watermarkFast(zone, 0, mark, highest, ALLOC_WMARK_LOW)) return index;
  }
  return otherwise;
}

function requestBulk(): void {
  const index = bulkZone(operand, frame, NIL);
  if (index == NIL) return;
  popMany(zoneAt(index), pcpAt(cpu, index), requestType(operand), frame, true);
}

function popMany(zone: Zone, pcp: Pcp, wanted: u32, pages: u32, mayRefill: bool): void {
  for (let taken: u32 = 0; taken < pages; taken++) {
    if (mayRefill) refillIfEmpty(pcp, zone, 0, wanted, 0);
    const pfn = pcpPop(pcp, 0, wanted);
    if (pfn == NIL) return;
    setState(pfn, wanted == MIGRATE_MOVABLE ? KIND_MOVABLE : KIND_UNMOVABLE, 0);
  }
}

function popBulk(): void {
  const index = bulkZone(frame, operand, zoneNumber);
  popMany(zoneAt(index), pcpAt(cpu, index), type, operand, false);
}

function release(): void {
  const was = takeOut();
  if (was != RESYNC_IN_USE) logRecord(LOG_MISMATCH, frame, was);
  freeBlock(frame, order, cpu);
}

function markReclaim(): void {
  for (let index: u32 = 0; index <= zoneNumber; index++) {
    const zone = zoneAt(index);
    if (operand == 1) zone.flags |= ZONE_FLAG_RECLAIM_ACTIVE;
    else zone.flags &= ~ZONE_FLAG_RECLAIM_ACTIVE;
  }
}

function background(op: u32): bool {
  switch (op) {
    case PROGRAM_DECAY:
      for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
        pcpDecay(pcpAt(cpu, index), zoneAt(index));
      }
      return true;
    case PROGRAM_DRAIN_ALL:
      if (operand == 1) drainZone(zoneAt(zoneNumber));
      else drainAll();
      return true;
    case PROGRAM_RECLAIM:
      markReclaim();
      return true;
    default:
      return programMemory(op, frame, operand, order, type, zoneNumber);
  }
}

function execute(op: u32): bool {
  switch (op) {
    case PROGRAM_POP:
      pop();
      return true;
    case PROGRAM_REFILL:
      expectTaken(takeHinted());
      park(pcpAt(cpu, zoneNumber), frame, order, type);
      return true;
    case PROGRAM_TAKE:
      expectTaken(takeHinted());
      markInUse(frame, type == MIGRATE_MOVABLE);
      return true;
    case PROGRAM_FREE:
      free();
      return true;
    case PROGRAM_DRAIN:
      drainNext();
      return true;
    case PROGRAM_BULK:
      popBulk();
      return true;
    case PROGRAM_REQUEST:
      request();
      return true;
    case PROGRAM_REQUEST_BULK:
      requestBulk();
      return true;
    case PROGRAM_RELEASE:
      release();
      return true;
    default:
      return background(op);
  }
}

/**
 * Carries out `commands` commands that the host put at the start of the ring's memory, numbering them from `number`; the
 * log goes behind the first `programBytes` bytes. Stops early when the log runs short. Commands done, or
 * STATUS_BAD_ARGUMENT at a command that names no operation.
 */
export function programRun(commands: u32, number: u32, programBytes: u32, blocks: u32): i32 {
  const ringBytes = guest.ringCapacity * COMMAND_BYTES;
  if (commands * PROGRAM_COMMAND_BYTES > programBytes || programBytes > ringBytes) {
    return STATUS_BAD_ARGUMENT;
  }
  const log = <usize>guest.ring + programBytes;
  logStart(log, <usize>guest.ring + ringBytes, blocks != 0);
  let done: u32 = 0;
  for (; done < commands && logRoom() >= LOG_ROOM_MIN; done++) {
    const at = <usize>guest.ring + done * PROGRAM_COMMAND_BYTES;
    const word = load<u32>(at);
    order = (word >> 8) & 15;
    type = (word >> 12) & 15;
    zoneNumber = (word >> 16) & 255;
    cpu = word >> 24;
    frame = load<u32>(at, 4);
    operand = load<u32>(at, 8);
    logCommand(number + done);
    const op = word & 255;
    const counted = op == PROGRAM_BULK || op == PROGRAM_REQUEST_BULK;
    const known = cpu < guest.cpus && zoneNumber < <u32>KERNEL_ZONES;
    if (!known || (frame >= spanFrames && !counted) || !execute(op)) {
      logStart(0, 0, false);
      return STATUS_BAD_ARGUMENT;
    }
  }
  programLogBytes = logBytes(log);
  logStart(0, 0, false);
  return done;
}

let programLogBytes: u32 = 0;

/** Bytes of log that the last programRun left. */
export function programLog(): i32 {
  return programLogBytes;
}
