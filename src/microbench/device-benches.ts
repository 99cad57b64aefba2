// Devices that give memory back: what a page of each costs, and what is in the way.

import {
  FRAMES_PER_MIB,
  FRAME_BYTES,
  MEMORY_BLOCK_FRAMES,
  NS_PER_S,
  PAGEBLOCK_BYTES,
} from '../abi/unit.ts';
import {
  Balloon,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  Reporting,
  VirtioMem,
  hotplugStart,
} from '../vmm/index.ts';
import type { Microbench } from './microbench.ts';
import { countsOf, hashOf, neighbours, sceneOf } from './scene.ts';

/** Of memory that the balloon takes. */
const BALLOON_SHARE = 0.25;
const NEIGHBOURS = 10;
/** A guest whose plugged memory is looked at has so much besides. */
const SYSTEM_FRAMES = 256 * FRAMES_PER_MIB;

export const BALLOON: Microbench = {
  name: 'balloon',
  sentence: 'A balloon takes a quarter of memory and gives it back.',
  operation: 'page',
  prepare: ({ frames }) => {
    const scene = sceneOf({ memoryFrames: frames }, 'balloon');
    const balloon = new Balloon(scene.vm, scene.clock, { profile: 'qemu' });
    scene.vm.guest.writeAndFree(frames >> 1);
    countsOf(scene);
    const pages = Math.floor(frames * BALLOON_SHARE);
    return () => {
      balloon.setTarget(pages);
      scene.vmm.advance(NS_PER_S);
      const got = balloon.actualPages;
      balloon.setTarget(0);
      scene.vmm.advance(NS_PER_S);
      const { messages } = balloon.driver.counters;
      return { operations: 2 * got, hash: hashOf(scene), counts: { got, messages } };
    };
  },
};

export const REPORTING: Microbench = {
  name: 'reporting',
  sentence: 'A pass of free page reporting over memory that was used.',
  operation: 'range',
  prepare: ({ frames }) => {
    const scene = sceneOf({ memoryFrames: frames }, 'reporting');
    const device = new Reporting(scene.vm, scene.clock);
    scene.vm.guest.writeAndFree(frames >> 1);
    return () => {
      scene.vmm.advance(5 * NS_PER_S);
      const ranges = device.balloon.reportedRanges;
      const counts = { backed: scene.vm.guest.core.privateFrames };
      return { operations: ranges, hash: hashOf(scene), counts };
    };
  },
};

/** All that is plugged was in use; half of it is asked for when processes hold that share of it, page beside page. */
function unplugAt(percent: number): Microbench {
  return {
    name: `virtio-mem-${percent}`,
    sentence: `virtio-mem is asked for half of its memory, ${percent} % of which is in use.`,
    operation: '2 MiB asked for',
    prepare: ({ frames }) => {
      const plugged = Math.max(1, Math.floor(frames / MEMORY_BLOCK_FRAMES)) * MEMORY_BLOCK_FRAMES;
      const size = { memoryFrames: SYSTEM_FRAMES, hotplugFrames: plugged, processes: NEIGHBOURS };
      const scene = sceneOf(size, 'virtio-mem');
      const regionBytes = plugged * FRAME_BYTES;
      const device = new VirtioMem(scene.vm, scene.clock, {
        addr: hotplugStart(SYSTEM_FRAMES) * FRAME_BYTES,
        regionBytes,
        requestedBytes: regionBytes,
        blockBytes: PAGEBLOCK_BYTES,
        policy: 'auto-movable',
      });
      const living = neighbours(scene.vm, NEIGHBOURS, Math.floor(plugged / NEIGHBOURS));
      for (const process of living.slice((percent * NEIGHBOURS) / 100)) process.exit();
      countsOf(scene);
      return () => {
        device.setRequested(regionBytes / 2);
        scene.clock.advance(NS_PER_S); // not the VMM's advance, which counts
        const unplugged = (regionBytes - device.pluggedBytes) / PAGEBLOCK_BYTES;
        const counts = countsOf(scene);
        const found = {
          unplugged,
          migrated: counts[COUNT_MIGRATED_PAGES] as number,
          released: counts[COUNT_RELEASED_PAGES] as number,
        };
        const operations = regionBytes / 2 / PAGEBLOCK_BYTES;
        return { operations, hash: hashOf(scene), counts: found };
      };
    },
  };
}

export const UNPLUGS: readonly Microbench[] = [20, 50, 80].map(unplugAt);
