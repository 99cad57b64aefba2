// Lists threaded through frame records: NIL-terminated, with a head and a tail at a fixed address.
//
//   list  [ head:32 | tail:32 ]        record of a member  [ next:32 | prev:32 ]

import { NIL, linkPrev, setLinkNext, setLinkPrev } from './frame';
import { recordsBase } from './guest';


@inline
export function listHead(list: usize): u32 {
  return load<u32>(list);
}


@inline
export function listTail(list: usize): u32 {
  return load<u32>(list, 4);
}


@inline
export function setListHead(list: usize, pfn: u32): void {
  store<u32>(list, pfn);
}


@inline
export function setListTail(list: usize, pfn: u32): void {
  store<u32>(list, pfn, 4);
}


@inline
export function listReset(list: usize): void {
  store<u32>(list, NIL);
  store<u32>(list, NIL, 4);
}

export function listPushHead(list: usize, pfn: u32): void {
  listLinkHead(recordsBase, list, pfn);
}

/** listPushHead for those who have the records' base at hand. */
@inline
export function listLinkHead(records: usize, list: usize, pfn: u32): void {
  const at = records + ((<usize>pfn) << 3);
  const head = load<u32>(list);
  store<u32>(at, head);
  store<u32>(at, NIL, 4);
  if (head == NIL) store<u32>(list, pfn, 4);
  else store<u32>(records + ((<usize>head) << 3), pfn, 4);
  store<u32>(list, pfn);
}

export function listPushTail(list: usize, pfn: u32): void {
  listLinkTail(recordsBase, list, pfn);
}

/** listPushTail for those who have the records' base at hand. */
@inline
export function listLinkTail(records: usize, list: usize, pfn: u32): void {
  const at = records + ((<usize>pfn) << 3);
  const tail = load<u32>(list, 4);
  store<u32>(at, NIL);
  store<u32>(at, tail, 4);
  if (tail == NIL) store<u32>(list, pfn);
  else store<u32>(records + ((<usize>tail) << 3), pfn);
  store<u32>(list, pfn, 4);
}

/** The head of the list that a block is on. */
export function listFirst(pfn: u32): u32 {
  let first = pfn;
  while (linkPrev(first) != NIL) first = linkPrev(first);
  return first;
}

export function listRemove(list: usize, pfn: u32): void {
  listUnlink(recordsBase, list, pfn);
}

/** listRemove for loops that keep the records' base at hand. True when the list is empty now. */
@inline
export function listUnlink(records: usize, list: usize, pfn: u32): bool {
  const at = records + ((<usize>pfn) << 3);
  const next = load<u32>(at);
  const prev = load<u32>(at, 4);
  if (prev == NIL) store<u32>(list, next);
  else store<u32>(records + ((<usize>prev) << 3), next);
  if (next == NIL) store<u32>(list, prev, 4);
  else store<u32>(records + ((<usize>next) << 3), prev, 4);
  return (next & prev) == NIL;
}

/** Takes the head off; NIL if the list is empty. */
@inline
export function listPopHead(list: usize): u32 {
  const head = load<u32>(list);
  if (head == NIL) return NIL;
  listCutHead(list, load<u32>(recordsBase + ((<usize>head) << 3)));
  return head;
}

/** What stood before `next` is off the list; NIL: all of it is. */
@inline
export function listCutHead(list: usize, next: u32): void {
  store<u32>(list, next);
  if (next == NIL) store<u32>(list, NIL, 4);
  else store<u32>(recordsBase + ((<usize>next) << 3), NIL, 4);
}

/** Takes the tail off; NIL if the list is empty. */
@inline
export function listPopTail(list: usize): u32 {
  const tail = load<u32>(list, 4);
  if (tail == NIL) return NIL;
  listCutTail(list, linkPrev(tail));
  return tail;
}

/** Frames from the tail of a list on, towards its head, each of which is `step` behind the one before; at most `most`. */
@inline
export function listTailRun(list: usize, step: u32, most: u32): u32 {
  let at = load<u32>(list, 4);
  let run: u32 = 1;
  while (run < most && linkPrev(at) == at + step && at + step != NIL) {
    at += step;
    run++;
  }
  return run;
}

/** Neighbours that follow each other on a list from a member on, at most `most`: how many, below zero if downwards. */
export function listRun(first: u32, most: u32): i32 {
  const records = recordsBase + ((<usize>first) << 3);
  let next = load<u32>(records);
  const step = first != 0 && next == first - 1 ? -1 : 1;
  let run: u32 = 1;
  while (run < most && next == first + step * run) {
    next = load<u32>(records + ((<isize>(step * run)) << 3));
    run++;
  }
  return step * run;
}

/** The last of a run of frames, below zero downwards. */
@inline
export function runLast(first: u32, run: i32): u32 {
  return first + run + (run < 0 ? 1 : -1);
}

/** What stood behind `prev` is off the list; NIL: all of it is. */
@inline
export function listCutTail(list: usize, prev: u32): void {
  store<u32>(list, prev, 4);
  if (prev == NIL) store<u32>(list, NIL);
  else store<u32>(recordsBase + ((<usize>prev) << 3), NIL);
}

/** Makes `pfn` the head by turning the ring: what stood before it goes behind the tail (list_rotate_to_front). */
export function listRotateTo(list: usize, pfn: u32): void {
  const head = load<u32>(list);
  if (head == pfn) return;
  const tail = load<u32>(list, 4);
  const prev = linkPrev(pfn);
  setLinkNext(tail, head);
  setLinkPrev(head, tail);
  setLinkNext(prev, NIL);
  setLinkPrev(pfn, NIL);
  store<u32>(list, pfn);
  store<u32>(list, prev, 4);
}
