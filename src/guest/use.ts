// What private frames are for, found by looking at each of them. The counters of GuestMemory say the same as long as all that
// the guest uses is backed; a driver that gives the host frames in use, or calls that go round the kernel, end that.

import {
  type Core,
  KIND_KERNEL,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_RESERVED,
  KIND_TAIL,
  KIND_UNMOVABLE,
} from '../core/index.ts';

/**
 * Private host-backed frames by use. Whatever of the core's private frames is not here is backed
 * but free. Anonymous and file pages and page tables are written when they are allocated, so each
 * of theirs is backed.
 */
export interface FrameUse {
  guestOs: number;
  file: number;
  anonymous: number;
  pageTables: number;
}

/** Objects of movable pages whose use is known; all others are anonymous memory of processes. */
export type ObjectUses = ReadonlyMap<number, 'guestOs' | 'file'>;

/**
 * Counts private frames in use by what they are for. Kernel memory does not say which of it are page
 * tables: it is theirs up to `pageTables`, as counted, and the guest OS's beyond.
 */
export function usedFrames(core: Core, uses: ObjectUses, pageTables: number): FrameUse {
  const { frames } = core;
  const found: FrameUse = { guestOs: 0, file: 0, anonymous: 0, pageTables: 0 };
  let kernel = 0;
  let last = -1;
  let head = 0;
  frames.eachPrivate((pfn) => {
    // only the head of a block says what it is for
    let at = pfn;
    while (at > last + 1 && frames.kind(at) === KIND_TAIL) at -= 1;
    const kind = frames.kind(at);
    if (kind !== KIND_TAIL) head = kind;
    last = pfn;
    if (head === KIND_OBJECT) found[uses.get(frames.object(pfn)) ?? 'anonymous'] += 1;
    else if (head === KIND_KERNEL) kernel += 1;
    else if (isOfSystem(head)) found.guestOs += 1;
  });
  found.pageTables = Math.min(Math.max(0, pageTables), kernel);
  found.guestOs += kernel - found.pageTables;
  return found;
}

/** Image, memmap, and blocks that drivers asked for. */
function isOfSystem(kind: number): boolean {
  return kind === KIND_RESERVED || kind === KIND_UNMOVABLE || kind === KIND_MOVABLE;
}
