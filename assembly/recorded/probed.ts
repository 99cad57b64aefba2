// Commands that only a recording's second trace gives rise to: blocks that leave their free lists without an event, and come back.

import { KIND_FREE, KIND_ISOLATED } from '../../src/abi/layout';
import {
  LOG_MISMATCH,
  LOG_PLACE,
  PROGRAM_PUT_BACK,
  PROGRAM_SCAN_HOLD,
  PROGRAM_SCAN_SEARCH,
  PROGRAM_SCAN_SETTLE,
  PROGRAM_TAKE_FREE,
  RESYNC_IN_USE,
} from '../../src/abi/program';
import { NIL, setLinkNext, setLinkPrev, stateOf } from '../base/frame';
import { logRecord } from '../base/log';
import { zoneAt } from '../base/zone';
import { holdFree, putBack } from '../kernel/isolate';
import { Compaction } from '../move/compact-run';
import { Command } from './command';
import { scanForget, scanFound, scanHold, scanSearch, scanSettle } from './compaction';
import { programMemory } from './hotplug';
import { takeOut } from './resync';

/** A block leaves its free list for a while. It is on no other then, which a run of compaction looks at. */
function takeFreeBlock(command: Command): void {
  const isThere = stateOf(command.frame) == (KIND_FREE | command.order);
  if (!isThere) {
    logRecord(LOG_MISMATCH, NIL, takeOut(command));
    return;
  }
  holdFree(zoneAt(command.zone), command.frame, command.order);
  setLinkNext(command.frame, NIL);
  setLinkPrev(command.frame, NIL);
}

/** It comes back. One that did not leave is on some list still, and comes from there. */
function putBackBlock(command: Command): void {
  const isHeld = stateOf(command.frame) == (KIND_ISOLATED | command.order);
  // a run of compaction may have it on a list of its own
  if (isHeld) scanForget(command.frame);
  const was = isHeld ? <u32>RESYNC_IN_USE : takeOut(command);
  if (was != RESYNC_IN_USE) logRecord(LOG_MISMATCH, command.frame, was);
  putBack(zoneAt(command.zone), command.frame, command.order);
}

/** The kernel's free scanner found a block; where ours did not it leaves its list now. */
function holdPlace(command: Command, scan: Compaction): void {
  if (!scanFound(scan, command.frame, command.order)) {
    logRecord(LOG_PLACE, command.frame, 0);
    if (stateOf(command.frame) == (KIND_FREE | command.order)) {
      holdFree(zoneAt(command.zone), command.frame, command.order);
    } else takeOut(command);
  }
  scanHold(scan, command.frame, command.order);
}

/** Carries out a command on blocks off their lists; all others are programMemory's. */
export function programProbed(command: Command, scan: Compaction, op: u32): bool {
  switch (op) {
    case PROGRAM_TAKE_FREE:
      takeFreeBlock(command);
      return true;
    case PROGRAM_PUT_BACK:
      putBackBlock(command);
      return true;
    case PROGRAM_SCAN_SEARCH:
      scanSearch(scan);
      return true;
    case PROGRAM_SCAN_HOLD:
      holdPlace(command, scan);
      return true;
    case PROGRAM_SCAN_SETTLE:
      scanSettle(scan, command.order, command.operand);
      return true;
    default:
      return programMemory(command, op);
  }
}
