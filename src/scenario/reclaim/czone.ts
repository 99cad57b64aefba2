// CZones: each container has a zone of its own. When it exits, one message to czone-virtio ends the zone, and the host
// takes what is behind its blocks.

import type { Operations } from '../../cost/index.ts';
import {
  type CZoneRegion,
  type CzoneConfig,
  CzoneVirtio,
  type MicroVm,
  VirtualClock,
  unmovableFrames,
} from '../../vmm/index.ts';
import { hotplugStart, loneVm } from '../guest.ts';
import { type TenantSize, limitOf } from '../tenant.ts';
import {
  BLOCK_FRAMES_2M,
  type Population,
  type Reclaimer,
  VM_CPUS,
  systemRoom,
} from './reclaimer.ts';

function vmFor(population: Population): MicroVm {
  const { sizes } = population;
  const frames = sizes.reduce((sum, size) => sum + limitOf(size, BLOCK_FRAMES_2M), 0);
  const memoryFrames = systemRoom(population, frames);
  const start = hotplugStart(memoryFrames);
  const region: CZoneRegion = { start, frames, blockFrames: BLOCK_FRAMES_2M };
  return loneVm({ memoryFrames, region, cpus: VM_CPUS, processes: sizes.length });
}

export class CzoneReclaimer implements Reclaimer {
  readonly vm: MicroVm;
  readonly clock: VirtualClock = new VirtualClock();
  readonly device: CzoneVirtio;
  /** First frames of the blocks of the zone that is looked at. */
  #blocks: readonly number[] = [];
  #endedBlocks = 0;
  #unmovable = 0;

  constructor(population: Population, config: CzoneConfig = {}) {
    this.vm = vmFor(population);
    this.device = new CzoneVirtio(this.vm, this.clock, config);
  }

  /** Blocks for the first half of the heap; the others come when they are needed. */
  makeZone(owner: number, size: TenantSize): number {
    const blocks = Math.ceil(size.heapFrames / 2 / BLOCK_FRAMES_2M);
    return this.device.zones.create(owner, limitOf(size, BLOCK_FRAMES_2M), blocks);
  }

  zoneFrames(zone: number): number {
    this.#blocks = this.device.zones.blocksOf(zone);
    return this.vm.backedIn(this.#blocks.map((start) => ({ start, count: BLOCK_FRAMES_2M })));
  }

  /** The message went when the container exited: what is there of its blocks is what was left behind. */
  ask(): void {
    const { core } = this.vm.guest;
    for (const start of this.#blocks)
      this.#unmovable += unmovableFrames(core, start, BLOCK_FRAMES_2M);
    this.#endedBlocks += this.#blocks.length;
  }

  /** The guest's work is priced by the block, so a report counts as what of blocks it has. */
  get operations(): Operations {
    const { reportedPages } = this.device.model.counters;
    const czoneRelease2MiB = this.#endedBlocks + reportedPages / BLOCK_FRAMES_2M;
    return { czoneMessage: this.device.messages, czoneRelease2MiB };
  }

  get exits(): number {
    const { reads, writes } = this.device.mmio.counters;
    return reads + writes;
  }

  get unmovableFrames(): number {
    return this.#unmovable;
  }
}
