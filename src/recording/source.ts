// A recording's guest as the source of a map. A recording does not say what the host holds: what is in use counts as backed,
// what is free does not.

import {
  type Core,
  KIND_FREE,
  KIND_HOLE,
  KIND_ISOLATED,
  KIND_MASK,
  KIND_OFFLINE,
  KIND_PCP,
  KIND_TAIL,
} from '../core/index.ts';
import type { Frames, MapSource } from '../map/index.ts';

const FREE: ReadonlySet<number> = new Set([
  KIND_FREE,
  KIND_PCP,
  KIND_HOLE,
  KIND_OFFLINE,
  KIND_ISOLATED,
]);
const OWN = 1;

function backedWhereUsed({ states, owners }: Frames): Frames {
  const host = new Uint8Array(states.length);
  let isUsed = false;
  states.forEach((state, at) => {
    const kind = state & KIND_MASK;
    if (kind !== KIND_TAIL) isUsed = !FREE.has(kind);
    if (isUsed) host[at] = OWN;
  });
  return { states, owners, host };
}

export function recordedSource(core: Core, useOf: MapSource['useOf']): MapSource {
  return {
    spanFrames: core.spanFrames,
    slice: (start, count) => backedWhereUsed(core.frames.slice(start, count)),
    zone: (pfn) => core.frames.zone(pfn),
    useOf,
  };
}
