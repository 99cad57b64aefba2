// Zones of containers come, grow and go.

import { FRAMES_PER_MIB, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import { CZoneVirtio, Process, hotplugStart } from '../vmm/index.ts';
import type { BenchSetting, Microbench } from './microbench.ts';
import { type Scene, hashOf, sceneOf } from './scene.ts';

const SYSTEM_FRAMES = 256 * FRAMES_PER_MIB;
const ZONE_FRAMES = 64 * FRAMES_PER_MIB;
const TOUCHED_PAGES = 40 * FRAMES_PER_MIB;
const GENERATIONS = 4;

interface ZoneScene extends Scene {
  readonly device: CZoneVirtio;
  readonly zones: number;
}

function zoneScene({ frames, growth }: BenchSetting, name: string): ZoneScene {
  const zones = Math.max(1, Math.floor(frames / ZONE_FRAMES));
  const region = {
    start: hotplugStart(SYSTEM_FRAMES),
    frames: zones * ZONE_FRAMES,
    blockFrames: PAGEBLOCK_FRAMES,
  };
  const scene = sceneOf({ memoryFrames: SYSTEM_FRAMES, region, processes: zones }, name);
  const options = growth === undefined ? {} : { growth: growth() };
  return { ...scene, device: new CZoneVirtio(scene.vm, scene.clock, options), zones };
}

/** All zones come, are written to and go. */
function generation({ vm, device, zones }: ZoneScene): void {
  const config = { cpu: 0, kernelFrames: FRAMES_PER_MIB, mappedPages: TOUCHED_PAGES };
  const living = Array.from({ length: zones }, (_, owner) => {
    const czone = device.zones.create(owner, ZONE_FRAMES, 'bench');
    const process = new Process(vm.guest, { ...config, czone });
    process.touch(0, TOUCHED_PAGES, true);
    return process;
  });
  for (const process of living) process.exit();
}

export const CZONE: Microbench = {
  name: 'czone',
  sentence:
    'Zones of 64 MiB are created, grow as --policy says, 40 MiB of each are written, and exit.',
  operation: 'zone',
  prepare: (setting) => {
    const scene = zoneScene(setting, 'czone');
    return () => {
      for (let turn = 0; turn < GENERATIONS; turn += 1) generation(scene);
      const { czoneMessage = 0 } = scene.device.operations;
      const counts = { messages: czoneMessage };
      return { operations: scene.zones * GENERATIONS, hash: hashOf(scene), counts };
    };
  },
};
