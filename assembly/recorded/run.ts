// Carries out a compiled recording of a real kernel: each command predicts a frame, the recording says which it was.
// After a wrong prediction the state is made to agree with the kernel's, and the run goes on.

import {
  BUFFER_SLOT_BYTES,
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
  DRAIN_CPU_ZONE,
  DRAIN_FROM_FREED,
  DRAIN_FROM_ZERO,
  DRAIN_ZONE,
  FREE_DIRECT,
  LOG_MISMATCH,
  LOG_RECORD_BYTES,
  PROGRAM_AGAIN,
  PROGRAM_BULK,
  PROGRAM_CAPTURE,
  PROGRAM_COMMAND_BYTES,
  PROGRAM_DECAY,
  PROGRAM_DRAIN,
  PROGRAM_DRAIN_ALL,
  PROGRAM_FREE,
  PROGRAM_LISTS_OFFSET,
  PROGRAM_POP,
  PROGRAM_RECLAIM,
  PROGRAM_REFILL,
  PROGRAM_REFUSED,
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
  PROGRAM_VICTIM,
  RECLAIM_BEGINS,
  RECLAIM_ENDS,
  RECLAIM_SLEEPS,
  RESYNC_IN_USE,
  SCAN_FLAGS_SHIFT,
  SCAN_SLOT_MASK,
} from '../../src/abi/program';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../src/abi/status';
import { NIL, orderOf, setState, stateOf } from '../base/frame';
import { guest } from '../base/guest';
import {
  listFirst,
  listHead,
  listPushHead,
  listPushTail,
  listRemove,
  listTail,
} from '../base/list';
import { logBytes, logCommand, logRecord, logRoom, logStart } from '../base/log';
import { blockType, blockZone } from '../base/pageblock';
import { Zone, zoneAt } from '../base/zone';
import { freeBlock } from '../free';
import { FREE_TO_TAIL, freeBlockOf, freeSplit, takeSmallest } from '../kernel/buddy';
import { newSearch, takeBlock } from '../kernel/fallback';
import {
  Pcp,
  drainAll,
  drainCpu,
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
} from '../kernel/percpu';
import { refillIfEmpty } from '../kernel/percpu-take';
import { boundLag, countOnCpu, handOverCounts, unboundLag } from '../kernel/lag';
import { HAS_LISTS } from '../kernel/llfree';
import { allocAgain, allocBlock, allocVictim, refuse } from '../kernel/request';
import { watermarkFast, wmark } from '../kernel/watermark';
import { highestZone, requestType, zonelistAt } from '../kernel/zonelist';
import { Compaction, giveHeld, nextHeld } from '../move/compact-run';
import { Command } from './command';
import { scanBatch, scanBegin, scanEnd, scanLeave, scanReturn, scanTake } from './compaction';
import { isKnown } from './known';
import { programProbed } from './probed';
import { isWrongAgain, takeOut } from './resync';
import { programTable, replay, scanAt, seenBoost, setSeenBoost } from './scan-state';

/** Log space that one command may need at most: a whole set of per-cpu lists. */
const LOG_ROOM_MIN: usize = <usize>LOG_RECORD_BYTES * 65536;


@inline
function markInUse(command: Command, pfn: u32, movable: bool): void {
  setState(pfn, movable ? KIND_MOVABLE : KIND_UNMOVABLE, command.order);
}

/** Frees a wrongly predicted block straight back; predicted twice in a row, to the tail. */
function giveBack(command: Command, pfn: u32): void {
  freeSplit(
    zoneAt(blockZone(pfn)),
    pfn,
    command.order,
    isWrongAgain(command, pfn) ? FREE_TO_TAIL : 0,
  );
}

/** Compares a block taken from the buddy with the recording; a wrong one goes back and the kernel's is taken. */
function expectTaken(command: Command, predicted: u32): void {
  if (predicted == command.frame) return;
  if (predicted != NIL) giveBack(command, predicted);
  logRecord(LOG_MISMATCH, predicted, takeOut(command));
}

function pop(command: Command): void {
  const pcp = pcpAt(command.cpu, command.zone);
  const list = pcpList(pcp, pcpIndex(command.order, command.type));
  const predicted = listHead(list);
  if (predicted == command.frame) {
    pcpPop(pcp, command.order, command.type);
  } else {
    if (predicted != NIL && isWrongAgain(command, predicted)) {
      listRemove(list, predicted);
      listPushTail(list, predicted);
    }
    logRecord(LOG_MISMATCH, predicted, takeOut(command));
  }
  markInUse(command, command.frame, command.type == MIGRATE_MOVABLE);
}

function takeHinted(command: Command): u32 {
  const zone = zoneAt(command.zone);
  if (command.type == MIGRATE_HIGHATOMIC) return takeSmallest(zone, command.order, command.type);
  return takeBlock(zone, command.order, command.type, 0, newSearch(command.operand));
}

function free(command: Command): void {
  const was = takeOut(command);
  if (was != RESYNC_IN_USE) logRecord(LOG_MISMATCH, command.frame, was);
  replay().lastFreed = command.frame + 1;
  const zone = zoneAt(command.zone);
  const held = blockType(command.frame);
  if (!pcpAllowed(command.order) || held == MIGRATE_ISOLATE || command.operand == FREE_DIRECT) {
    freeSplit(zone, command.frame, command.order, 0);
    return;
  }
  const list = held >= <u32>MIGRATE_PCPTYPES ? <u32>MIGRATE_MOVABLE : held;
  pcpPush(pcpAt(command.cpu, command.zone), command.frame, command.order, list);
  store<u8>(listNotes(command), <u8>pcpIndex(command.order, list));
}


@inline
function nextList(index: u32): u32 {
  return index + 1 == PCP_LISTS ? 0 : index + 1;
}

/** By CPU and zone: the list of the last free, and the list that a drain has come to. */
@inline
function listNotes(command: Command): usize {
  return (
    programTable(PROGRAM_LISTS_OFFSET) + ((<usize>(command.cpu * KERNEL_ZONES + command.zone)) << 1)
  );
}

function drainNext(command: Command): void {
  const zone = zoneAt(command.zone);
  const pcp = pcpAt(command.cpu, command.zone);
  let index: u32 = load<u8>(listNotes(command), 1);
  if (command.operand == DRAIN_FROM_ZERO) index = 0;
  else if (command.operand == DRAIN_FROM_FREED) index = load<u8>(listNotes(command));
  for (let tried: u32 = 0; tried < <u32>PCP_LISTS; tried++) {
    if (listTail(pcpList(pcp, index)) != NIL) break;
    index = nextList(index);
  }
  store<u8>(listNotes(command), <u8>index, 1);
  const predicted = listTail(pcpList(pcp, index));
  replay().lastFreed = command.frame + 1;
  if (predicted == command.frame) {
    drainOne(pcp, zone, index);
    return;
  }
  if (predicted != NIL) catchUpDrain(command, pcp, zone, index, predicted);
  logRecord(LOG_MISMATCH, predicted, takeOut(command));
  freeSplit(zone, command.frame, command.order, 0);
}

/**
 * The kernel drained another block than predicted. On another list: it has emptied the lists up to that one.
 * On the same list: the predicted block is not where we think; it moves out of the way.
 */
function catchUpDrain(command: Command, pcp: Pcp, zone: Zone, index: u32, predicted: u32): void {
  if (stateOf(command.frame) != (KIND_PCP | command.order)) return;
  const first = listFirst(command.frame);
  for (let tried: u32 = 0; tried < <u32>PCP_LISTS; tried++) {
    const list = pcpList(pcp, (index + tried) % PCP_LISTS);
    if (listHead(list) != first) continue;
    if (tried == 0) {
      if (!isWrongAgain(command, predicted)) return;
      listRemove(list, predicted);
      listPushHead(list, predicted);
      return;
    }
    for (let at: u32 = 0; at < tried; at++) {
      const before = (index + at) % PCP_LISTS;
      while (drainOne(pcp, zone, before) != NIL) {}
    }
    store<u8>(listNotes(command), <u8>((index + tried) % PCP_LISTS), 1);
    return;
  }
}

function request(command: Command): void {
  const isAgain = replay().again == 1;
  const isVictim = replay().victim == 1;
  replay().again = 0;
  replay().victim = 0;
  let answer = isAgain
    ? allocAgain(command.operand, command.order, command.cpu)
    : allocBlock(command.operand, command.order, command.cpu);
  if (answer < 0 && isVictim) answer = allocVictim(command.operand, command.order, command.cpu);
  expectTaken(command, answer < 0 ? NIL : <u32>answer);
  markInUse(command, command.frame, (command.operand & GFP_MOVABLE) != 0);
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

function requestBulk(command: Command): void {
  const index = bulkZone(command.operand, command.frame, NIL);
  if (index == NIL) return;
  popMany(
    zoneAt(index),
    pcpAt(command.cpu, index),
    requestType(command.operand),
    command.frame,
    true,
  );
}

function popMany(zone: Zone, pcp: Pcp, wanted: u32, pages: u32, mayRefill: bool): void {
  for (let taken: u32 = 0; taken < pages; taken++) {
    if (mayRefill) refillIfEmpty(pcp, zone, 0, wanted, 0);
    const pfn = pcpPop(pcp, 0, wanted);
    if (pfn == NIL) return;
    setState(pfn, wanted == MIGRATE_MOVABLE ? KIND_MOVABLE : KIND_UNMOVABLE, 0);
  }
}

function popBulk(command: Command): void {
  const index = bulkZone(command.frame, command.operand, command.zone);
  popMany(zoneAt(index), pcpAt(command.cpu, index), command.type, command.operand, false);
}

function release(command: Command): void {
  const was = takeOut(command);
  if (was != RESYNC_IN_USE) logRecord(LOG_MISMATCH, command.frame, was);
  freeBlock(command.frame, command.order, command.cpu);
}

/** Puts the lists of one zone, of one CPU there, or all of them back. */
function drainLists(command: Command): void {
  const zone = zoneAt(command.zone);
  if (command.operand == DRAIN_CPU_ZONE) drainCpu(zone, command.zone, command.cpu);
  else if (command.operand == DRAIN_ZONE) drainZone(zone);
  else drainAll();
}

/**
 * kswapd begins a run in the zones up to the command's, or ends it and takes away the boost that it saw at the beginning. It is
 * awake from its first run until it sleeps.
 */
function markReclaim(command: Command): void {
  const operand = command.operand;
  for (let index: u32 = 0; index < <u32>KERNEL_ZONES; index++) {
    if (operand == RECLAIM_BEGINS) boundLag(zoneAt(index));
    else if (operand == RECLAIM_SLEEPS) unboundLag(zoneAt(index));
  }
  for (let index: u32 = 0; index <= command.zone; index++) {
    const zone = zoneAt(index);
    if (operand == RECLAIM_BEGINS) {
      zone.flags |= ZONE_FLAG_RECLAIM_ACTIVE;
      setSeenBoost(index, zone.boost);
    } else if (operand == RECLAIM_ENDS) {
      zone.flags &= ~ZONE_FLAG_RECLAIM_ACTIVE;
      zone.boost -= min(zone.boost, seenBoost(index));
    }
  }
}

/** Pages get places. Where probes show one, it is predicted. */
function givePlaces(command: Command, scan: Compaction): void {
  const place = scanTake(scan, command.order, command.operand);
  if (command.frame == 0 || place == command.frame) return;
  logRecord(LOG_MISMATCH, place, RESYNC_IN_USE);
}

/** A failed move gave its place back; a place that the scanner would not have taken leaves its list now. */
function returnPlace(command: Command, scan: Compaction): void {
  if (scanReturn(scan, command.frame, command.order)) return;
  logRecord(LOG_MISMATCH, NIL, takeOut(command));
  giveHeld(scan, command.frame, command.order);
}

/** A run releases what it holds, lowest order first. A block that it does not hold is an ordinary one. */
function leaveScan(command: Command, scan: Compaction): void {
  const predicted = nextHeld(scan);
  if (!scanLeave(scan, command.frame, command.order)) return;
  if (predicted != command.frame) logRecord(LOG_MISMATCH, predicted, RESYNC_IN_USE);
}

/** Direct compaction is given the block that its last free made whole; it reaches no list. Operand 1: check which. */
function capture(command: Command): void {
  const freed = replay().lastFreed - 1;
  const place = command.operand == 1 ? freed : command.frame;
  const whole = place == NIL ? NIL : freeBlockOf(place);
  const fits = whole != NIL && orderOf(whole) >= command.order;
  const predicted = fits ? freed & ~((1 << command.order) - 1) : NIL;
  const was = takeOut(command);
  if (command.operand == 1 && predicted != command.frame) logRecord(LOG_MISMATCH, predicted, was);
  markInUse(command, command.frame, true);
}

function compaction(command: Command, op: u32): bool {
  const scan = scanAt(command.type & SCAN_SLOT_MASK);
  switch (op) {
    case PROGRAM_CAPTURE:
      capture(command);
      return true;
    case PROGRAM_SCAN_BEGIN:
      scanBegin(
        scan,
        command.zone,
        command.order,
        command.type >> SCAN_FLAGS_SHIFT,
        command.frame,
        command.operand,
      );
      return true;
    case PROGRAM_SCAN_BATCH:
      scanBatch(scan, command.frame, command.operand);
      return true;
    case PROGRAM_SCAN_TAKE:
      givePlaces(command, scan);
      return true;
    case PROGRAM_SCAN_RETURN:
      returnPlace(command, scan);
      return true;
    case PROGRAM_SCAN_LEAVE:
      leaveScan(command, scan);
      return true;
    case PROGRAM_SCAN_END:
      scanEnd(scan, command.frame, command.operand == 1);
      return true;
    default:
      return programProbed(command, scan, op);
  }
}

function background(command: Command, op: u32): bool {
  switch (op) {
    case PROGRAM_DECAY:
      handOverCounts(zoneAt(command.zone), command.cpu);
      pcpDecay(pcpAt(command.cpu, command.zone), zoneAt(command.zone));
      return true;
    case PROGRAM_DRAIN_ALL:
      drainLists(command);
      return true;
    case PROGRAM_AGAIN:
      replay().again = 1;
      return true;
    case PROGRAM_VICTIM:
      replay().victim = 1;
      return true;
    case PROGRAM_REFUSED:
      refuse(command.operand, command.order);
      return true;
    case PROGRAM_RECLAIM:
      markReclaim(command);
      return true;
    default:
      return compaction(command, op);
  }
}

function execute(command: Command, op: u32): bool {
  switch (op) {
    case PROGRAM_POP:
      pop(command);
      return true;
    case PROGRAM_REFILL:
      expectTaken(command, takeHinted(command));
      park(pcpAt(command.cpu, command.zone), command.frame, command.order, command.type);
      return true;
    case PROGRAM_TAKE:
      expectTaken(command, takeHinted(command));
      markInUse(command, command.frame, command.type == MIGRATE_MOVABLE);
      return true;
    case PROGRAM_FREE:
      free(command);
      return true;
    case PROGRAM_DRAIN:
      drainNext(command);
      return true;
    case PROGRAM_BULK:
      popBulk(command);
      return true;
    case PROGRAM_REQUEST:
      request(command);
      return true;
    case PROGRAM_REQUEST_BULK:
      requestBulk(command);
      return true;
    case PROGRAM_RELEASE:
      release(command);
      return true;
    default:
      return background(command, op);
  }
}

/**
 * Carries out `commands` commands that the host put at the start of the buffer, numbering them from `number`; the
 * log goes behind the first `programBytes` bytes. Stops early when the log runs short, and before a command that cannot be
 * carried out. Commands done, or STATUS_BAD_ARGUMENT when that is the first.
 */
export function programRun(commands: u32, number: u32, programBytes: u32, blocks: u32): i32 {
  if (!HAS_LISTS) return STATUS_BAD_STATE;
  const bufferBytes = guest.bufferSlots * BUFFER_SLOT_BYTES;
  if (commands * PROGRAM_COMMAND_BYTES > programBytes || programBytes > bufferBytes) {
    return STATUS_BAD_ARGUMENT;
  }
  const log = <usize>guest.buffer + programBytes;
  logStart(log, <usize>guest.buffer + bufferBytes, blocks != 0);
  let done: u32 = 0;
  for (; done < commands && logRoom() >= LOG_ROOM_MIN; done++) {
    const at = <usize>guest.buffer + done * PROGRAM_COMMAND_BYTES;
    const command = changetype<Command>(at);
    const op: u32 = command.op;
    logCommand(number + done);
    countOnCpu(command.cpu);
    if (isKnown(command, op) && execute(command, op)) continue;
    if (done == 0) {
      logStart(0, 0, false);
      return STATUS_BAD_ARGUMENT;
    }
    break;
  }
  replay().logBytes = logBytes(log);
  logStart(0, 0, false);
  return done;
}

/** Bytes of log that the last programRun left. */
export function programLog(): i32 {
  return replay().logBytes;
}
