// Free page reporting: the guest tells of free blocks of 2 MiB and more by itself, two seconds after one came about. The
// host only waits.

import type { Operations } from '../../cost/index.ts';
import { Balloon, type MicroVm, VirtualClock } from '../../vmm/index.ts';
import { loneVm } from '../guest.ts';
import { type Population, type Reclaimer, VM_CPUS, heapRoom, systemRoom } from './reclaimer.ts';

/** Time for a pass, and for another that the first one's returns may have asked for. */
const PASSES_NS = 5_000_000_000;

export class ReportingReclaimer implements Reclaimer {
  readonly vm: MicroVm;
  readonly clock: VirtualClock = new VirtualClock();
  readonly unmovableFrames: number = 0;
  readonly #balloon: Balloon;

  constructor(population: Population) {
    const heaps = heapRoom(population);
    const memoryFrames = systemRoom(population, heaps) + heaps;
    this.vm = loneVm({ memoryFrames, cpus: VM_CPUS, processes: population.sizes.length });
    this.#balloon = new Balloon(this.vm, this.clock, { freePageReporting: true });
  }

  ask(): void {
    this.vm.guest.runBackground();
    this.clock.advance(PASSES_NS);
  }

  /** Ranges of a report are discarded one by one. */
  get operations(): Operations {
    return { reportRange: this.#balloon.model.counters.discardCalls };
  }

  get exits(): number {
    const { reads, writes } = this.#balloon.mmio.counters;
    return reads + writes;
  }
}
