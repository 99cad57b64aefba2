// Which pageblocks an instance must clear before it is another guest: a byte each, behind the memos, where no copy and no
// hash of a guest reaches.
//
// Invariant: a pageblock without a mark holds what it held in the image that the guest came from, and zeros if it came
// from none; but heads of free blocks, which the image holds too, may have other neighbours on their lists.
// So a mark is due where a free block of a pageblock or more leaves its list, and where a hole becomes memory: frames
// inside are written after that only. Pageblocks with frames in use have theirs from the image.

import { PAGEBLOCK_ORDER } from '../../src/abi/unit';

// A cache of an address that follows from the header; attach() fills it.
let touchedBase: usize = 0;

/** Bytes of the marks of so many frames. */
export function touchedBytes(span: u32): u32 {
  return span >> (<u32>PAGEBLOCK_ORDER);
}

export function attachTouched(base: usize): void {
  touchedBase = base;
}

/** Where the marks lie: the host reads and writes them with an image. */
export function touchedBlocks(): usize {
  return touchedBase;
}

/** Frames are about to be written that were inside a free block or a hole. */
export function noteTouched(pfn: u32, frames: u32): void {
  const last = (pfn + frames - 1) >> (<u32>PAGEBLOCK_ORDER);
  for (let block = pfn >> (<u32>PAGEBLOCK_ORDER); block <= last; block++) {
    store<u8>(touchedBase + block, 1);
  }
}

/** noteTouched of a block of the buddy, of pageblock order or twice as large. */
@inline
export function noteTouchedBlock(pfn: u32, order: u32): void {
  const marks = touchedBase + (pfn >> (<u32>PAGEBLOCK_ORDER));
  if (order == PAGEBLOCK_ORDER) store<u8>(marks, 1);
  else store<u16>(marks, 0x0101);
}

export function forgetTouched(span: u32): void {
  memory.fill(touchedBase, 0, touchedBytes(span));
}
