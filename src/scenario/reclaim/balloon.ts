// The balloon: the host inflates it by as many pages as the container held. Which free pages it gets is the allocator's
// affair: pages that have no host memory count as much for the guest and are of no use to the host.

import type { Operations } from '../../cost/index.ts';
import { Balloon, type MicroVm, VirtualClock } from '../../vmm/index.ts';
import { loneVm } from '../guest.ts';
import { type Population, type Reclaimer, VM_CPUS, heapRoom, systemRoom } from './reclaimer.ts';

/** Time for the driver to try again, which it does every 200 ms, for pages that it did not get. */
const SETTLE_NS = 1_000_000_000;

export class BalloonReclaimer implements Reclaimer {
  readonly vm: MicroVm;
  readonly clock: VirtualClock = new VirtualClock();
  readonly unmovableFrames: number = 0;
  readonly #balloon: Balloon;

  constructor(population: Population) {
    const heaps = heapRoom(population);
    const memoryFrames = systemRoom(population, heaps) + heaps;
    this.vm = loneVm({ memoryFrames, cpus: VM_CPUS, processes: population.sizes.length });
    this.#balloon = new Balloon(this.vm, this.clock, { profile: 'qemu' });
  }

  ask(frames: number): void {
    this.inflate(frames);
    this.clock.advance(SETTLE_NS);
  }

  /** The same without waiting for a driver that has to try again. */
  inflate(frames: number): void {
    this.#balloon.setTarget(this.#balloon.actualPages + frames);
  }

  deflate(): void {
    this.#balloon.setTarget(0);
  }

  get operations(): Operations {
    const { inflatedPages, deflatedPages } = this.#balloon.driver.counters;
    return { balloonInflatePage: inflatedPages, balloonDeflatePage: deflatedPages };
  }

  get exits(): number {
    const { reads, writes } = this.#balloon.mmio.counters;
    return reads + writes;
  }
}
