// Looks at every frame of a guest the slow way, to check what the guest's account says. Reads the core's tables;
// changes nothing.

import {
  type Core,
  KIND_FREE,
  KIND_HOLE,
  KIND_KERNEL,
  KIND_OBJECT,
  KIND_PCP,
  KIND_UNMOVABLE,
  KIND_MOVABLE,
} from '../../src/core/index.ts';

export interface FrameCensus {
  /** Frames of each object that has any, by object. */
  readonly objectFrames: ReadonlyMap<number, number>;
  /**
   * Frames on free or per-cpu lists or in unused blocks that have host memory of the guest's own.
   */
  readonly idleFrames: number;
}

/** Whether the host holds a frame for this guest alone. */
function isPrivate(core: Core, pfn: number): boolean {
  return core.backing.isBacked(pfn) && !core.frames.isTemplate(pfn);
}

/** Counts what every frame is for. */
export function takeCensus(core: Core): FrameCensus {
  const { frames } = core;
  const objectFrames = new Map<number, number>();
  let idleFrames = 0;
  for (let pfn = 0; pfn < core.spanFrames;) {
    const kind = frames.kind(pfn);
    let size = 1;
    if (kind === KIND_OBJECT || kind === KIND_KERNEL) {
      const object = frames.object(pfn);
      objectFrames.set(object, (objectFrames.get(object) ?? 0) + 1);
    } else if (kind === KIND_FREE || kind === KIND_PCP) {
      size = 2 ** frames.order(pfn);
      for (let at = pfn; at < pfn + size; at += 1) idleFrames += isPrivate(core, at) ? 1 : 0;
    } else if (kind === KIND_HOLE) {
      // blocks of the CZone region that are in no zone: memory that the host has not taken back yet
      idleFrames += isPrivate(core, pfn) ? 1 : 0;
    } else if (kind === KIND_MOVABLE || kind === KIND_UNMOVABLE) {
      size = 2 ** frames.order(pfn);
    }
    pfn += size;
  }
  return { objectFrames, idleFrames };
}
