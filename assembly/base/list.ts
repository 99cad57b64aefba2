// Lists threaded through frame records: NIL-terminated, with a head and a tail at a fixed address.
//
//   list  [ head:32 | tail:32 ]        record of a member  [ next:32 | prev:32 ]

import { NIL, setWord0, setWord1, word0, word1 } from './frame';


@inline
export function listHead(list: usize): u32 {
  return load<u32>(list);
}


@inline
export function listTail(list: usize): u32 {
  return load<u32>(list, 4);
}


@inline
export function listReset(list: usize): void {
  store<u32>(list, NIL);
  store<u32>(list, NIL, 4);
}


@inline
export function nextOf(pfn: u32): u32 {
  return word0(pfn);
}


@inline
export function prevOf(pfn: u32): u32 {
  return word1(pfn);
}

export function listPushHead(list: usize, pfn: u32): void {
  const head = load<u32>(list);
  setWord0(pfn, head);
  setWord1(pfn, NIL);
  if (head == NIL) store<u32>(list, pfn, 4);
  else setWord1(head, pfn);
  store<u32>(list, pfn);
}

export function listPushTail(list: usize, pfn: u32): void {
  const tail = load<u32>(list, 4);
  setWord0(pfn, NIL);
  setWord1(pfn, tail);
  if (tail == NIL) store<u32>(list, pfn);
  else setWord0(tail, pfn);
  store<u32>(list, pfn, 4);
}

export function listRemove(list: usize, pfn: u32): void {
  const next = word0(pfn);
  const prev = word1(pfn);
  if (prev == NIL) store<u32>(list, next);
  else setWord0(prev, next);
  if (next == NIL) store<u32>(list, prev, 4);
  else setWord1(next, prev);
}

/** Takes the head off; NIL if the list is empty. */
@inline
export function listPopHead(list: usize): u32 {
  const head = load<u32>(list);
  if (head == NIL) return NIL;
  const next = word0(head);
  store<u32>(list, next);
  if (next == NIL) store<u32>(list, NIL, 4);
  else setWord1(next, NIL);
  return head;
}

/** Makes `pfn` the head by turning the ring: what stood before it goes behind the tail (list_rotate_to_front). */
export function listRotateTo(list: usize, pfn: u32): void {
  const head = load<u32>(list);
  if (head == pfn) return;
  const tail = load<u32>(list, 4);
  const prev = word1(pfn);
  setWord0(tail, head);
  setWord1(head, tail);
  setWord0(prev, NIL);
  setWord1(pfn, NIL);
  store<u32>(list, pfn);
  store<u32>(list, prev, 4);
}
