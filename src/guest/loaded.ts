// A guest whose kernel's allocator is in a given state, as a recording has it: zones, free lists and per-cpu lists are the
// recorded ones, what is in use stays where it is.

import {
  type AllocatorState,
  COMMAND_SLOTS,
  Core,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  KIND_HOLE,
  KIND_UNMOVABLE,
  NONE,
  OBJECT_ANON,
  OBJECT_KERNEL,
  PAGEBLOCK_FRAMES,
  expectAnswer,
  loadState,
} from '../core/index.ts';
import type { GuestImage } from './kernel.ts';
import type { GuestConfig } from './machine.ts';

/** Frames of a zone's outer pageblocks that lie outside it are no memory. */
export function punchEnds({ frames }: Core, { zones }: AllocatorState): void {
  for (const { startPfn, spanned, blocks } of zones) {
    const first = startPfn - (startPfn % PAGEBLOCK_FRAMES);
    frames.setKind(first, startPfn, KIND_HOLE);
    frames.setKind(startPfn + spanned, first + blocks.length * PAGEBLOCK_FRAMES, KIND_HOLE);
  }
}

/**
 * The image of a guest in this state. Of what is in use only the frames are known: those of MOVABLE pageblocks may move, no
 * process or file has them, and the host is not known to have memory behind them. `spanFrames`: one past the last frame that
 * will be named; `pinned`: frames in use that stay where they are all the same. Commands of recordings can be run in it.
 */
export function loadedImage(
  config: GuestConfig,
  state: AllocatorState,
  spanFrames: number,
  pinned: readonly number[] = [],
): GuestImage {
  const { cpus, build, files } = config;
  const objects = 2 + files;
  const core = Core.create({
    frames: spanFrames,
    cpus,
    objects,
    bufferSlots: COMMAND_SLOTS,
    build,
  });
  loadState(core, state);
  punchEnds(core, state);
  for (const pfn of pinned) core.frames.setKind(pfn, pfn + 1, KIND_UNMOVABLE);
  const make = (kind: number, gfp: number): number =>
    expectAnswer(core.objects.create(kind, NONE, gfp), 'objects.create');
  const kernelObject = make(OBJECT_KERNEL, GFP_KERNEL);
  const agentObject = make(OBJECT_ANON, GFP_HIGHUSER_MOVABLE);
  return {
    config,
    core: core.snapshot(),
    backedFrames: 0,
    use: { guestOs: 0, file: 0, anonymous: 0, pageTables: 0 },
    template: false,
    kernelObject,
    agentObject,
    files: [],
  };
}
