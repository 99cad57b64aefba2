// What a touch need not look at again: by object, the pages that the last touches left in place. A cache behind the
// guest's last node, where no copy and no hash of a guest reaches; an instance's next guest finds it out of date.
//
//      0  epoch:64
//      8  Memo by object id:  0 epoch:64 | 8 writtenStart  12 writtenEnd | 16 readStart  20 readEnd | 24 digest:64
//
//   written  every page has an entry that is not write-protected, and private host memory
//   read     every page has an entry, and host memory behind it, the template's or its own
//
// A memo of another epoch claims nothing. What takes entries of one object away or protects them makes its memo forget
// (create, truncate from there on, fork); what takes host memory away, from whichever object, raises the epoch (release of
// frames in use, freeze, attach).
// All else leaves claims true: a copy on write and a migration put a page that was just written in the old one's place.

@unmanaged
class Epoch {
  now: u64;
}


@unmanaged
export class Memo {
  epoch: u64;
  writtenStart: u32;
  writtenEnd: u32;
  readStart: u32;
  readEnd: u32;
  /** Of the object's CZone when its last call began (life/zone-digest). */
  digest: u64;
}
const MEMO_BYTES: usize = 32;
if (offsetof<Memo>() != MEMO_BYTES) ERROR('Memo outgrew its stride');
if (offsetof<Memo>('writtenStart') != 8) ERROR('Memo.writtenStart moved');
if (offsetof<Memo>('readStart') != 16) ERROR('Memo.readStart moved');
if (offsetof<Epoch>() % 8 != 0) ERROR('memos lie on eight bytes');

// A cache of an address that follows from the header; attach() fills it.
let memosBase: usize = 0;

/** Bytes behind the guest's last node. */
export function memoBytes(objects: u32): u64 {
  return offsetof<Epoch>() + <u64>objects * MEMO_BYTES;
}

/** Where the memos of so many objects end. */
export function memosEnd(objects: u32): usize {
  return memosBase + <usize>memoBytes(objects);
}

/** Whatever any memo claims may no longer hold. */
export function raiseEpoch(): void {
  changetype<Epoch>(memosBase).now++;
}

/** The guest's memos lie at `base`, and what they say is about the guest before. */
export function attachMemos(base: usize): void {
  memosBase = base;
  raiseEpoch();
}


@inline
function memoAt(id: u32): Memo {
  return changetype<Memo>(memosBase + offsetof<Epoch>() + <usize>id * MEMO_BYTES);
}


@inline
function isCurrent(memo: Memo): bool {
  return memo.epoch == changetype<Epoch>(memosBase).now;
}

export function memoNoteDigest(id: u32, digest: u64): void {
  memoAt(id).digest = digest;
}

export function memoDigest(id: u32): u64 {
  return memoAt(id).digest;
}

/** The memo of an object if it claims anything. */
@inline
export function memoOf(id: u32): Memo | null {
  const memo = memoAt(id);
  return isCurrent(memo) ? memo : null;
}

/** The memo of an object claims nothing. */
export function memoForget(id: u32): void {
  const memo = memoAt(id);
  memo.epoch = changetype<Epoch>(memosBase).now;
  memo.writtenStart = 0;
  memo.writtenEnd = 0;
  memo.readStart = 0;
  memo.readEnd = 0;
}

/** Pages from `start` on go: what lies before them stays claimed. */
export function memoCut(id: u32, start: u32): void {
  const memo = memoAt(id);
  memo.writtenEnd = max(memo.writtenStart, min(memo.writtenEnd, start));
  memo.readEnd = max(memo.readStart, min(memo.readEnd, start));
}

/** First page of [start, end) that a touch must look at; `end` when there is none. */
@inline
export function memoSkip(id: u32, start: u32, end: u32, write: bool): u32 {
  const memo = memoAt(id);
  if (!isCurrent(memo)) return start;
  let from = start;
  if (from >= memo.writtenStart && from < memo.writtenEnd) from = min(end, memo.writtenEnd);
  if (write) return from;
  return from >= memo.readStart && from < memo.readEnd ? min(end, memo.readEnd) : from;
}

/**
 * A touch of [start, end) went through. Joined to what is claimed where the two meet, else the lower one stays: temporary
 * memory lies behind the heap.
 */
export function memoClaim(id: u32, start: u32, end: u32, write: bool): void {
  const memo = memoAt(id);
  if (!isCurrent(memo)) memoForget(id);
  const first = write ? memo.writtenStart : memo.readStart;
  const last = write ? memo.writtenEnd : memo.readEnd;
  if (start <= last && end >= first) {
    start = min(start, first);
    end = max(end, last);
  } else if (first < last && start > last) {
    return;
  }
  if (write) {
    memo.writtenStart = start;
    memo.writtenEnd = end;
  } else {
    memo.readStart = start;
    memo.readEnd = end;
  }
}
