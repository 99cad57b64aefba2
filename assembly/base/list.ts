// Lists threaded through frame records: NIL-terminated, with a head and a tail at a fixed address.
//
//   list  [ head:32 | tail:32 ]        record of a member  [ next:32 | prev:32 ]

import { NIL, linkNext, linkPrev, setLinkNext, setLinkPrev } from './frame';


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

export function listPushHead(list: usize, pfn: u32): void {
  const head = load<u32>(list);
  setLinkNext(pfn, head);
  setLinkPrev(pfn, NIL);
  if (head == NIL) store<u32>(list, pfn, 4);
  else setLinkPrev(head, pfn);
  store<u32>(list, pfn);
}

export function listPushTail(list: usize, pfn: u32): void {
  const tail = load<u32>(list, 4);
  setLinkNext(pfn, NIL);
  setLinkPrev(pfn, tail);
  if (tail == NIL) store<u32>(list, pfn);
  else setLinkNext(tail, pfn);
  store<u32>(list, pfn, 4);
}

export function listRemove(list: usize, pfn: u32): void {
  const next = linkNext(pfn);
  const prev = linkPrev(pfn);
  if (prev == NIL) store<u32>(list, next);
  else setLinkNext(prev, next);
  if (next == NIL) store<u32>(list, prev, 4);
  else setLinkPrev(next, prev);
}

/** Takes the head off; NIL if the list is empty. */
@inline
export function listPopHead(list: usize): u32 {
  const head = load<u32>(list);
  if (head == NIL) return NIL;
  const next = linkNext(head);
  store<u32>(list, next);
  if (next == NIL) store<u32>(list, NIL, 4);
  else setLinkPrev(next, NIL);
  return head;
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
