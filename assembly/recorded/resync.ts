// The command at hand of a compiled recording, and how the state is made to agree with the kernel's after a wrong
// prediction: the kernel's block leaves whatever list it is on.

import {
  KERNEL_ZONES,
  KIND_MASK,
  KIND_ORDER_MASK,
  KIND_PCP,
  KIND_UNMOVABLE,
  PAGEBLOCK_NO_ZONE,
  PCP_LISTS,
} from '../../src/abi/layout';
import { PAGEBLOCK_ORDER } from '../../src/abi/unit';
import {
  PROGRAM_WRONG_OFFSET,
  RESYNC_BUDDY,
  RESYNC_IN_USE,
  RESYNC_PCP,
  RESYNC_SPLIT,
} from '../../src/abi/program';
import { NIL, orderOf, setState, stateOf } from '../base/frame';
import { guest, spanFrames } from '../base/guest';
import { listHead, listRemove, prevOf } from '../base/list';
import { blockType, blockZone } from '../base/pageblock';
import { Zone, zoneAt } from '../base/zone';
import { accountFree, freeBlockOf, linkFree, takeFree } from '../kernel/buddy';
import { pcpAllowed, pcpAt, pcpIndex, pcpList } from '../kernel/percpu';
import { scanForget } from './compaction';
import { programTable } from './scan-state';

export let frame: u32 = 0;
export let operand: u32 = 0;
export let order: u32 = 0;
export let type: u32 = 0;
export let zoneNumber: u32 = 0;
export let cpu: u32 = 0;
let op: u32 = 0;

/** Reads the command at an address; its operation. */
export function readCommand(at: usize): u32 {
  const word = load<u32>(at);
  op = word & 255;
  order = (word >> 8) & 15;
  type = (word >> 12) & 15;
  zoneNumber = (word >> 16) & 255;
  cpu = word >> 24;
  frame = load<u32>(at, 4);
  operand = load<u32>(at, 8);
  return op;
}

// Last wrong prediction by operation, zone and per-cpu list (15: orders without one): frame + 1. A block predicted
// wrongly twice in a row may be gone without an event: it then moves out of the way.
const WRONG_OPS: u32 = 32;
const WRONG_LISTS: u32 = 16;

/** Whether the same block was the last wrong prediction for the same operation and list too. */
export function isWrongAgain(pfn: u32): bool {
  const list = pcpAllowed(order) ? pcpIndex(order, min<u32>(type, 2)) : WRONG_LISTS - 1;
  const slot = ((op & (WRONG_OPS - 1)) * KERNEL_ZONES + zoneNumber) * WRONG_LISTS + list;
  const at = programTable(PROGRAM_WRONG_OFFSET) + ((<usize>slot) << 2);
  const again = load<u32>(at) == pfn + 1;
  store<u32>(at, pfn + 1);
  return again;
}

/** Head of the list that a parked block is on. */
export function firstOf(pfn: u32): u32 {
  let first = pfn;
  while (prevOf(first) != NIL) first = prevOf(first);
  return first;
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
export function takeOut(): u32 {
  let was: u32 = RESYNC_IN_USE;
  const end = frame + (1 << order);
  if (end > spanFrames || blockZone(frame) == PAGEBLOCK_NO_ZONE) return was;
  for (let at = frame; at < end;) {
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
      was = head == frame && size == order ? RESYNC_BUDDY : RESYNC_SPLIT;
      cutOut(head, end);
    }
    at = head + (1 << size);
  }
  return was;
}
