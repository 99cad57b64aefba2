// What private frames are for, found by looking at each of them. The counters of GuestMemory say the same as long as all that
// the guest uses is backed; a driver that gives the host frames in use, or calls that go round the kernel, end that.

import {
  type Core,
  KIND_KERNEL,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_RESERVED,
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
  const objects = new Uint32Array(core.config.objects);
  const kinds = core.frames.countPrivate(objects);
  const of = (kind: number): number => kinds[kind] as number;
  const found: FrameUse = { guestOs: 0, file: 0, anonymous: of(KIND_OBJECT), pageTables: 0 };
  for (const [object, use] of uses) {
    const frames = objects[object] as number;
    found[use] += frames;
    found.anonymous -= frames;
  }
  const kernel = of(KIND_KERNEL);
  found.pageTables = Math.min(Math.max(0, pageTables), kernel);
  // image, memmap, and blocks that drivers asked for
  const system = of(KIND_RESERVED) + of(KIND_UNMOVABLE) + of(KIND_MOVABLE);
  found.guestOs += system + kernel - found.pageTables;
  return found;
}
