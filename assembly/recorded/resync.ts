// How the state is made to agree with the kernel's after a wrong
// prediction: the kernel's block leaves whatever list it is on.

import {
  BUFFER_SLOT_BYTES,
  KERNEL_ZONES,
  KIND_MASK,
  KIND_ORDER_MASK,
  KIND_PCP,
  KIND_UNMOVABLE,
  PCP_LISTS,
} from '../../src/abi/layout';
import { PAGEBLOCK_ORDER } from '../../src/abi/unit';
import {
  LOG_RECORD_BYTES,
  PROGRAM_COMMAND_BYTES,
  PROGRAM_SCANS_OFFSET,
  PROGRAM_WRONG_OFFSET,
  RESYNC_BUDDY,
  RESYNC_IN_USE,
  RESYNC_PCP,
  RESYNC_SPLIT,
} from '../../src/abi/program';
import { NIL, orderOf, setState, stateOf } from '../base/frame';
import { guest, spanFrames } from '../base/guest';
import { listFirst, listHead, listRemove } from '../base/list';
import { blockType, blockZone } from '../base/pageblock';
import { Zone, zoneAt } from '../base/zone';
import { accountFree, freeBlockOf, linkFree, takeFree } from '../kernel/buddy';
import { pcpAllowed, pcpAt, pcpIndex, pcpList } from '../kernel/percpu';
import { Command } from './command';
import { scanForget } from './compaction';
import { programTable } from './scan-state';

// Last wrong prediction by operation, zone and per-cpu list (15: orders without one): frame + 1. A block predicted
// wrongly twice in a row may be gone without an event: it then moves out of the way.
const WRONG_OPS = 32;
const WRONG_LISTS = 16;
if (PROGRAM_WRONG_OFFSET + 4 * WRONG_OPS * KERNEL_ZONES * WRONG_LISTS > PROGRAM_SCANS_OFFSET) {
  ERROR('wrong predictions reach into the runs of compaction');
}
if (PROGRAM_COMMAND_BYTES + LOG_RECORD_BYTES > BUFFER_SLOT_BYTES) {
  ERROR('a slot has room for a command and its record');
}

/** Whether the same block was the last wrong prediction for the same operation and list too. */
export function isWrongAgain(command: Command, pfn: u32): bool {
  const list = pcpAllowed(command.order)
    ? pcpIndex(command.order, min<u32>(command.type, 2))
    : WRONG_LISTS - 1;
  const slot = ((command.op & (WRONG_OPS - 1)) * KERNEL_ZONES + command.zone) * WRONG_LISTS + list;
  const at = programTable(PROGRAM_WRONG_OFFSET) + ((<usize>slot) << 2);
  const again = load<u32>(at) == pfn + 1;
  store<u32>(at, pfn + 1);
  return again;
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
  const first = listFirst(head);
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
function cutOut(command: Command, head: u32, end: u32): void {
  const zone = zoneAt(blockZone(head));
  const held = blockType(head);
  const size = orderOf(head);
  takeFree(zone, head, size, held);
  keepOutside(command, zone, head, size, held, end);
}

function keepOutside(command: Command, zone: Zone, at: u32, size: u32, held: u32, end: u32): void {
  const stop = at + (1 << size);
  if (at >= command.frame && stop <= end) return;
  if (stop <= command.frame || at >= end) {
    linkFree(zone, at, size, held, false);
    accountFree(zone, 1 << size, held);
    return;
  }
  const half = at + (1 << (size - 1));
  const lowerFirst = command.frame >= half;
  keepOutside(command, zone, lowerFirst ? at : half, size - 1, held, end);
  keepOutside(command, zone, lowerFirst ? half : at, size - 1, held, end);
}

/** Takes the command's block off whatever lists hold it or parts of it. RESYNC_*. */
export function takeOut(command: Command): u32 {
  let was: u32 = RESYNC_IN_USE;
  const end = command.frame + (1 << command.order);
  if (end > spanFrames) return was;
  for (let at = command.frame; at < end;) {
    const free = freeBlockOf(at);
    const parked = free == NIL ? parkedBlockOf(at) : NIL;
    const head = free == NIL ? parked : free;
    if (head == NIL) {
      scanForget(at);
      at++;
      continue;
    }
    const size = orderOf(head);
    if (free == NIL) {
      was = RESYNC_PCP;
      unpark(head);
    } else {
      was = head == command.frame && size == command.order ? RESYNC_BUDDY : RESYNC_SPLIT;
      cutOut(command, head, end);
    }
    at = head + (1 << size);
  }
  return was;
}
