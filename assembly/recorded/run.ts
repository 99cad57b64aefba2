// Carries out a compiled recording of a real kernel: each command predicts a frame, the recording says which it was.
// After a wrong prediction the state is made to agree with the kernel's, and the run goes on.
//
//  command  [ cpu:8 | zone:8 | type:4 | order:4 | op:8 ] [ frame ] [ operand ] [ event ]

import {
  COMMAND_BYTES,
  KERNEL_ZONES,
  KIND_MOVABLE,
  KIND_PCP,
  KIND_UNMOVABLE,
  PCP_LISTS,
  ZONE_FLAG_RECLAIM_ACTIVE,
} from '../../src/abi/layout';
import { ALLOC_WMARK_LOW, GFP_MOVABLE } from '../../src/abi/gfp';
import {
  MIGRATE_HIGHATOMIC,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_PCPTYPES,
} from '../../src/abi/migratetype';
import {
  DRAIN_FROM_FREED,
  DRAIN_FROM_ZERO,
  FREE_DIRECT,
  LOG_MISMATCH,
  LOG_RECORD_BYTES,
  PROGRAM_BULK,
  PROGRAM_CAPTURE,
  PROGRAM_COMMAND_BYTES,
  PROGRAM_CPUS_MAX,
  PROGRAM_DECAY,
  PROGRAM_DRAIN,
  PROGRAM_DRAIN_ALL,
  PROGRAM_FREE,
  PROGRAM_LISTS_OFFSET,
  PROGRAM_POP,
  PROGRAM_RECLAIM,
  PROGRAM_REFILL,
  PROGRAM_RELEASE,
  PROGRAM_REQUEST,
  PROGRAM_REQUEST_BULK,
  PROGRAM_SCAN_BATCH,
  PROGRAM_SCAN_BEGIN,
  PROGRAM_SCAN_END,
  PROGRAM_SCAN_LEAVE,
  PROGRAM_SCAN_RETURN,
  PROGRAM_SCAN_TAKE,
  PROGRAM_TAKE,
  RESYNC_IN_USE,
  SCAN_FLAGS_SHIFT,
  SCAN_SLOT_MASK,
} from '../../src/abi/program';
import { STATUS_BAD_ARGUMENT } from '../../src/abi/status';
import { NIL, orderOf, setState, stateOf } from '../base/frame';
import { guest, spanFrames } from '../base/guest';
import { listHead, listPushHead, listPushTail, listRemove, listTail } from '../base/list';
import { logBytes, logCommand, logRecord, logRoom, logStart } from '../base/log';
import { blockType, blockZone } from '../base/pageblock';
import { Zone, zoneAt } from '../base/zone';
import { freeBlock } from '../free';
import { FREE_TO_TAIL, freeBlockOf, freeSplit, takeSmallest } from '../kernel/buddy';
import { resetMode, setClaimHint, takeBlock } from '../kernel/fallback';
import {
  Pcp,
  drainAll,
  drainOne,
  drainZone,
  park,
  pcpAllowed,
  pcpAt,
  pcpIndex,
  pcpList,
  pcpPop,
  pcpPush,
  refillIfEmpty,
} from '../kernel/percpu';
import { allocBlock } from '../kernel/request';
import { watermarkFast, wmark } from '../kernel/watermark';
import { highestZone, requestType, zonelistAt } from '../kernel/zonelist';
import {
  scanBatch,
  scanBegin,
  scanEnd,
  scanGive,
  scanLeave,
  scanNext,
  scanReturn,
  scanTake,
} from './compaction';
import { decayFollowing, releaseFollowing } from './free-running';
import { programMemory } from './hotplug';
import {
  cpu,
  firstOf,
  frame,
  isWrongAgain,
  operand,
  order,
  readCommand,
  takeOut,
  type,
  zoneNumber,
} from './resync';
import { programTable } from './scan-state';

/** Log space that one command may need at most: a whole set of per-cpu lists. */
const LOG_ROOM_MIN: usize = <usize>LOG_RECORD_BYTES * 65536;


@inline
function markInUse(pfn: u32, movable: bool): void {
  setState(pfn, movable ? KIND_MOVABLE : KIND_UNMOVABLE, order);
}

/** Frees a wrongly predicted block straight back; predicted twice in a row, to the tail. */
function giveBack(pfn: u32): void {
  freeSplit(zoneAt(blockZone(pfn)), pfn, order, isWrongAgain(pfn) ? FREE_TO_TAIL : 0);
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
    if (predicted != NIL && isWrongAgain(predicted)) {
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
  lastFreed = frame;
  const zone = zoneAt(zoneNumber);
  const held = blockType(frame);
  if (!pcpAllowed(order) || held == MIGRATE_ISOLATE || operand == FREE_DIRECT) {
    freeSplit(zone, frame, order, 0);
    return;
  }
  const list = held >= <u32>MIGRATE_PCPTYPES ? <u32>MIGRATE_MOVABLE : held;
  pcpPush(pcpAt(cpu, zoneNumber), frame, order, list);
  store<u8>(listNotes(), <u8>pcpIndex(order, list));
}


@inline
function nextList(index: u32): u32 {
  return index + 1 == PCP_LISTS ? 0 : index + 1;
}

/** By CPU and zone: the list of the last free, and the list that a drain has come to. */
@inline
function listNotes(): usize {
  return programTable(PROGRAM_LISTS_OFFSET) + ((<usize>(cpu * KERNEL_ZONES + zoneNumber)) << 1);
}

function drainNext(): void {
  const zone = zoneAt(zoneNumber);
  const pcp = pcpAt(cpu, zoneNumber);
  let index: u32 = load<u8>(listNotes(), 1);
  if (operand == DRAIN_FROM_ZERO) index = 0;
  else if (operand == DRAIN_FROM_FREED) index = load<u8>(listNotes());
  for (let tried: u32 = 0; tried < <u32>PCP_LISTS; tried++) {
    if (listTail(pcpList(pcp, index)) != NIL) break;
    index = nextList(index);
  }
  store<u8>(listNotes(), <u8>index, 1);
  const predicted = listTail(pcpList(pcp, index));
  lastFreed = frame;
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
      if (!isWrongAgain(predicted)) return;
      listRemove(list, predicted);
      listPushHead(list, predicted);
      return;
    }
    for (let at: u32 = 0; at < tried; at++) {
      const before = (index + at) % PCP_LISTS;
      while (drainOne(pcp, zone, before) != NIL) {}
    }
    store<u8>(listNotes(), <u8>((index + tried) % PCP_LISTS), 1);
    return;
  }
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
  if (operand == 0 || !releaseFollowing(frame, order, cpu, operand - 1)) {
    freeBlock(frame, order, cpu);
  }
}

function markReclaim(): void {
  for (let index: u32 = 0; index <= zoneNumber; index++) {
    const zone = zoneAt(index);
    if (operand == 1) zone.flags |= ZONE_FLAG_RECLAIM_ACTIVE;
    else zone.flags &= ~ZONE_FLAG_RECLAIM_ACTIVE;
  }
}

/** A failed move gave its place back; a place that the scanner would not have taken leaves its list now. */
function returnPlace(slot: u32): void {
  if (scanReturn(slot, frame, order)) return;
  logRecord(LOG_MISMATCH, NIL, takeOut());
  scanGive(frame, order);
}

/** A run releases what it holds, lowest order first. A block that it does not hold is an ordinary one. */
function leaveScan(slot: u32): void {
  const predicted = scanNext(slot);
  if (!scanLeave(slot, frame, order)) return;
  if (predicted != frame) logRecord(LOG_MISMATCH, predicted, RESYNC_IN_USE);
}

let lastFreed: u32 = NIL;

/** Direct compaction is given the block that its last free made whole; it reaches no list. Operand 1: check which. */
function capture(): void {
  const whole = freeBlockOf(operand == 1 ? lastFreed : frame);
  const predicted = whole == NIL || orderOf(whole) < order ? NIL : lastFreed & ~((1 << order) - 1);
  const was = takeOut();
  if (operand == 1 && predicted != frame) logRecord(LOG_MISMATCH, predicted, was);
  markInUse(frame, true);
}

function compaction(op: u32): bool {
  const slot = type & SCAN_SLOT_MASK;
  switch (op) {
    case PROGRAM_CAPTURE:
      capture();
      return true;
    case PROGRAM_SCAN_BEGIN:
      scanBegin(slot, zoneNumber, order, type >> SCAN_FLAGS_SHIFT, frame, operand);
      return true;
    case PROGRAM_SCAN_BATCH:
      scanBatch(slot, frame, operand);
      return true;
    case PROGRAM_SCAN_TAKE:
      scanTake(slot, order, operand);
      return true;
    case PROGRAM_SCAN_RETURN:
      returnPlace(slot);
      return true;
    case PROGRAM_SCAN_LEAVE:
      leaveScan(slot);
      return true;
    case PROGRAM_SCAN_END:
      scanEnd(slot, frame, operand == 1);
      return true;
    default:
      return programMemory(op, frame, operand, order, type, zoneNumber);
  }
}

function background(op: u32): bool {
  switch (op) {
    case PROGRAM_DECAY:
      decayFollowing(pcpAt(cpu, zoneNumber), zoneAt(zoneNumber), <i32>operand - 1);
      return true;
    case PROGRAM_DRAIN_ALL:
      if (operand == 1) drainZone(zoneAt(zoneNumber));
      else drainAll();
      return true;
    case PROGRAM_RECLAIM:
      markReclaim();
      return true;
    default:
      return compaction(op);
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
    const op = readCommand(at);
    logCommand(number + done);
    const counted = op == PROGRAM_BULK || op == PROGRAM_REQUEST_BULK;
    const known = cpu < min<u32>(guest.cpus, PROGRAM_CPUS_MAX) && zoneNumber < <u32>KERNEL_ZONES;
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
