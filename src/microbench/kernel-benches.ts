// The kernel's allocator: blocks taken and given back, types that steal from each other, memory that gets scattered and is compacted.

import { PAGEBLOCK_ORDER } from '../abi/unit.ts';
import { COMPACT_SYNC_LIGHT, type Core, GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../core/index.ts';
import { COUNT_MIGRATED_PAGES } from '../vmm/index.ts';
import type { Microbench } from './microbench.ts';
import { type Scene, countsOf, hashOf, neighbours, sceneOf } from './scene.ts';

const TURNS_PER_FRAME = 1;
/** Orders of requests, as often as they stand here. */
const ORDERS = [0, 0, 0, 0, 0, 0, 1, 2, 3, 9];
/** Requests for the kernel's own use, of so many. */
const KERNEL_EVERY = 8;
const FILLED_SHARE = 0.7;
const NEIGHBOURS = 8;
/** Of memory, that each of them has: most of it is in use before half of them end. */
const NEIGHBOUR_SHARE = 0.1;
/** Of what is free, that all of them may have: the kernel of a small guest has more than the rest. */
const FREE_SHARE = 0.95;

/** Blocks of 2 MiB and more that are free. */
function hugeFree(scene: Scene): number {
  let blocks = 0;
  for (const { order, heads } of scene.vm.guest.freeLists()) {
    if (order >= PAGEBLOCK_ORDER) blocks += heads.length * 2 ** (order - PAGEBLOCK_ORDER);
  }
  return blocks;
}

/** Takes blocks of mixed orders and gives others back, with that share of memory in use. Requests. */
function age(scene: Scene, frames: number): number {
  const { core } = scene.vm.guest;
  const taken: [pfn: number, order: number][] = [];
  let used = 0;
  const turns = frames * TURNS_PER_FRAME;
  for (let turn = 0; turn < turns; turn += 1) {
    if (used > frames * FILLED_SHARE)
      used -= give(core, taken, scene.random.nextBelow(taken.length));
    const order = ORDERS[scene.random.nextBelow(ORDERS.length)] as number;
    const gfp = scene.random.nextBelow(KERNEL_EVERY) === 0 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE;
    const pfn = core.pages.alloc(gfp, order, 0);
    if (pfn < 0) continue;
    taken.push([pfn, order]);
    used += 2 ** order;
  }
  return turns;
}

function give(core: Core, taken: [number, number][], at: number): number {
  const [pfn, order] = taken[at] as [number, number];
  const last = taken.pop() as [number, number];
  if (at < taken.length) taken[at] = last;
  core.pages.free(pfn, order, 0);
  return 2 ** order;
}

export const TOUCH: Microbench = {
  name: 'touch',
  sentence: 'A process writes half of memory and goes.',
  operation: 'page',
  prepare: ({ frames }) => {
    const scene = sceneOf({ memoryFrames: frames }, 'touch');
    const pages = frames >> 1;
    return () => {
      scene.vm.guest.writeAndFree(pages);
      return { operations: pages, hash: hashOf(scene), counts: { hugeFree: hugeFree(scene) } };
    };
  },
};

export const AGE: Microbench = {
  name: 'age',
  sentence: 'Blocks of mixed orders and types come and go until memory is fragmented.',
  operation: 'request',
  prepare: ({ frames }) => {
    const scene = sceneOf({ memoryFrames: frames }, 'age');
    return () => {
      const operations = age(scene, frames);
      return { operations, hash: hashOf(scene), counts: { hugeFree: hugeFree(scene) } };
    };
  },
};

export const STEAL: Microbench = {
  name: 'steal',
  sentence:
    'The kernel asks for its own pages where all blocks are of movable ones: claim and steal.',
  operation: 'request',
  prepare: ({ frames }) => {
    const scene = sceneOf({ memoryFrames: frames }, 'steal');
    const { core } = scene.vm.guest;
    const taken: number[] = [];
    const most = Math.floor(frames * 0.8);
    while (taken.length < most) {
      const pfn = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0);
      if (pfn < 0) break; // of a small guest the kernel has more than a fifth
      taken.push(pfn);
    }
    for (let at = 0; at < taken.length; at += 2) core.pages.free(taken[at] as number, 0, 0);
    return () => {
      const operations = frames >> 3;
      let got = 0;
      for (let turn = 0; turn < operations; turn += 1) {
        if (core.pages.alloc(GFP_KERNEL, 0, 0) >= 0) got += 1;
      }
      return { operations, hash: hashOf(scene), counts: { got, hugeFree: hugeFree(scene) } };
    };
  },
};

export const COMPACT: Microbench = {
  name: 'compact',
  sentence:
    'Every other process of many ends; direct compaction makes blocks of 2 MiB of the holes.',
  operation: 'page moved',
  prepare: ({ frames }) => {
    const scene = sceneOf({ memoryFrames: frames, processes: NEIGHBOURS }, 'compact');
    const { core } = scene.vm.guest;
    const free = core.kernelZones.reduce((sum, zone) => sum + zone.free, 0);
    const most = (free * FREE_SHARE) / NEIGHBOURS;
    const pages = Math.floor(Math.min(frames * NEIGHBOUR_SHARE, most));
    const processes = neighbours(scene.vm, NEIGHBOURS, pages);
    for (const [at, process] of processes.entries()) if (at % 2 === 0) process.exit();
    while (core.pages.alloc(GFP_HIGHUSER_MOVABLE, PAGEBLOCK_ORDER, 0) >= 0);
    countsOf(scene);
    return () => {
      let made = 0;
      for (;;) {
        core.compaction.direct(GFP_HIGHUSER_MOVABLE, PAGEBLOCK_ORDER, COMPACT_SYNC_LIGHT, 0);
        const pfn = core.pages.alloc(GFP_HIGHUSER_MOVABLE, PAGEBLOCK_ORDER, 0);
        if (pfn < 0) break;
        core.compaction.served(pfn, PAGEBLOCK_ORDER);
        made += 1;
      }
      const moved = countsOf(scene)[COUNT_MIGRATED_PAGES] as number;
      return { operations: moved, hash: hashOf(scene), counts: { made } };
    };
  },
};
