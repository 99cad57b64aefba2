// Which page kept a range from being emptied, and why, in words for a report.

import {
  type Core,
  KIND_BALLOON,
  KIND_HOLE,
  KIND_KERNEL,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_OFFLINE,
  KIND_RESERVED,
  KIND_UNMOVABLE,
} from '../../core/index.ts';

/** What the page is used for. */
export type ObstacleKind =
  | 'kernel' // page tables, slab, stacks, driver buffers: nobody can find all pointers to it
  | 'reserved' // firmware, kernel image, boot memmap
  | 'balloon' // on its way out of the balloon, or the balloon was busy
  | 'offline' // given to the host already
  | 'hole'
  | 'user' // movable, but there was no place to move it to, or something held it
  | 'other';

export interface Obstacle {
  readonly pfn: number;
  readonly kind: ObstacleKind;
}

const KINDS: ReadonlyMap<number, ObstacleKind> = new Map([
  [KIND_UNMOVABLE, 'kernel'],
  [KIND_KERNEL, 'kernel'],
  [KIND_RESERVED, 'reserved'],
  [KIND_BALLOON, 'balloon'],
  [KIND_OFFLINE, 'offline'],
  [KIND_HOLE, 'hole'],
  [KIND_OBJECT, 'user'],
  [KIND_MOVABLE, 'user'],
]);

/** What a frame is in the way for, by its state now. */
export function obstacleKind(core: Core, pfn: number): ObstacleKind {
  return KINDS.get(core.frames.kind(pfn)) ?? 'other';
}

/** The frame that the last STATUS_BUSY was about. */
export function busyPage(core: Core): Obstacle | undefined {
  const pfn = core.hotplug.busyFrame;
  return pfn === undefined ? undefined : { pfn, kind: obstacleKind(core, pfn) };
}

/** Frames of a range that hold what cannot be moved. */
export function unmovableFrames(core: Core, start: number, frames: number): number {
  let sum = 0;
  for (let pfn = start; pfn < start + frames; pfn += 1) {
    const kind = obstacleKind(core, pfn);
    if (kind !== 'kernel' && kind !== 'reserved') continue;
    const isBlock = core.frames.kind(pfn) === KIND_UNMOVABLE;
    sum += isBlock ? 2 ** core.frames.order(pfn) : 1;
  }
  return sum;
}
