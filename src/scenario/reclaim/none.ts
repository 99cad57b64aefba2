// Nothing is asked back: what the others are compared with.

import type { Operations } from '../../cost/index.ts';
import { type MicroVm, VirtualClock } from '../../vmm/index.ts';
import { loneVm } from '../guest.ts';
import { type Population, type Reclaimer, VM_CPUS, heapRoom, systemRoom } from './reclaimer.ts';

export class NoReclaimer implements Reclaimer {
  readonly vm: MicroVm;
  readonly clock: VirtualClock = new VirtualClock();
  readonly operations: Operations = {};
  readonly exits: number = 0;
  readonly unmovableFrames: number = 0;

  constructor(population: Population) {
    const heaps = heapRoom(population);
    const memoryFrames = systemRoom(population, heaps) + heaps;
    this.vm = loneVm({ memoryFrames, cpus: VM_CPUS, processes: population.sizes.length });
  }

  ask(): void {}
}
