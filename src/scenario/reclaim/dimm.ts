// DIMM hotplug: the containers' memory is DIMMs of one 128 MiB block each. The host asks for whole blocks, as many as the
// containers that are gone held, rounded down; the last DIMM is tried first.

import type { Operations } from '../../cost/index.ts';
import {
  AUTO_MOVABLE_PERCENT,
  type DimmSlot,
  Dimms,
  type MicroVm,
  VirtualClock,
  unmovableFrames,
} from '../../vmm/index.ts';
import { hotplugStart, loneVm } from '../guest.ts';
import {
  BLOCK_FRAMES_128M,
  type Population,
  type Reclaimer,
  VM_CPUS,
  heapRoom,
  systemRoom,
} from './reclaimer.ts';

export class DimmReclaimer implements Reclaimer {
  readonly vm: MicroVm;
  readonly clock: VirtualClock = new VirtualClock();
  readonly #dimms: Dimms;
  /** Unmovable frames of DIMMs that were tried in vain. */
  readonly #blocked: Map<DimmSlot, number> = new Map();
  #owedFrames = 0;
  #triedBlocks = 0;
  #gone = 0;

  constructor(population: Population) {
    const hotplugFrames = heapRoom(population);
    const memoryFrames = systemRoom(population, hotplugFrames);
    const processes = population.sizes.length;
    this.vm = loneVm({ memoryFrames, hotplugFrames, cpus: VM_CPUS, processes });
    this.#dimms = new Dimms(this.vm, hotplugStart(memoryFrames), {
      policy: 'auto-movable',
      autoMovablePercent: AUTO_MOVABLE_PERCENT,
    });
    for (let at = 0; at < hotplugFrames; at += BLOCK_FRAMES_128M) this.#dimms.plug(1);
  }

  ask(frames: number): void {
    this.#owedFrames += frames;
    for (const slot of this.#dimms.slots.toReversed()) {
      if (this.#owedFrames < slot.frames) return;
      this.#unplug(slot);
    }
  }

  #unplug(slot: DimmSlot): void {
    const { isGone, triedBlocks } = this.#dimms.unplug(slot);
    this.#triedBlocks += triedBlocks;
    if (isGone) {
      this.#gone += 1;
      this.#owedFrames -= slot.frames;
      this.#blocked.delete(slot);
    } else {
      const { core } = this.vm.guest;
      this.#blocked.set(slot, unmovableFrames(core, slot.startFrame, slot.frames));
    }
  }

  get operations(): Operations {
    return { dimmOfflineBlock: this.#triedBlocks };
  }

  /** Of ACPI's registers only the two that must be written: the outcome of each try, and each ejection. */
  get exits(): number {
    return this.#triedBlocks + this.#gone;
  }

  get unmovableFrames(): number {
    return [...this.#blocked.values()].reduce((sum, frames) => sum + frames, 0);
  }
}
