// Looks at every frame of a guest the slow way, for checks and pictures. Reads the core's tables; changes nothing.

import {
  type Core,
  GUEST_RECORDS_OFFSET,
  GUEST_STATES_OFFSET,
  GUEST_TEMPLATE_OFFSET,
  KIND_FREE,
  KIND_HOLE,
  KIND_KERNEL,
  KIND_MASK,
  KIND_OBJECT,
  KIND_ORDER_MASK,
  KIND_PCP,
  KIND_UNMOVABLE,
  KIND_MOVABLE,
  RECORD_OBJECT_MASK,
} from '../core/index.ts';

export interface FrameCensus {
  /** Frames of each object that has any, by object. */
  readonly objectFrames: ReadonlyMap<number, number>;
  /** Frames on free or per-cpu lists or in unused blocks that have host memory of the guest's own. */
  readonly idleFrames: number;
}

/** Whether the host holds a frame for this guest alone. */
function isPrivate(core: Core, pfn: number): boolean {
  if (core.raw.isBacked(pfn) === 0) return false;
  const template = core.headerWord(GUEST_TEMPLATE_OFFSET);
  return ((core.bytes[template + (pfn >> 3)] as number) & (1 << (pfn & 7))) === 0;
}

/** Counts what every frame is for. */
export function takeCensus(core: Core): FrameCensus {
  const states = core.headerWord(GUEST_STATES_OFFSET);
  const records = core.headerWord(GUEST_RECORDS_OFFSET) >> 2;
  const objectFrames = new Map<number, number>();
  let idleFrames = 0;
  for (let pfn = 0; pfn < core.spanFrames;) {
    const state = core.bytes[states + pfn] as number;
    const kind = state & KIND_MASK;
    let frames = 1;
    if (kind === KIND_OBJECT || kind === KIND_KERNEL) {
      const object = (core.words[records + pfn * 2] as number) & RECORD_OBJECT_MASK;
      objectFrames.set(object, (objectFrames.get(object) ?? 0) + 1);
    } else if (kind === KIND_FREE || kind === KIND_PCP) {
      frames = 2 ** (state & KIND_ORDER_MASK);
      for (let at = pfn; at < pfn + frames; at += 1) idleFrames += isPrivate(core, at) ? 1 : 0;
    } else if (kind === KIND_HOLE) {
      // blocks of the CZone region that are in no zone: memory that the host has not taken back yet
      idleFrames += isPrivate(core, pfn) ? 1 : 0;
    } else if (kind === KIND_MOVABLE || kind === KIND_UNMOVABLE) {
      frames = 2 ** (state & KIND_ORDER_MASK);
    }
    pfn += frames;
  }
  return { objectFrames, idleFrames };
}
