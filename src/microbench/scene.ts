// Scenes that microbenchmarks begin with: a VM alone on its host, with processes in it.

import { Clock, type Random, randomStream } from '../time/index.ts';
import { type GuestSize, loneHost } from '../scenario/index.ts';
import { FRAMES_PER_MIB } from '../abi/unit.ts';
import { type Counts, type MicroVm, Process, type Vmm } from '../vmm/index.ts';

export interface Scene {
  readonly vmm: Vmm;
  readonly vm: MicroVm;
  readonly clock: Clock;
  readonly random: Random;
}

export function sceneOf(size: GuestSize, name: string): Scene {
  return { ...loneHost(size, new Clock()), random: randomStream(1, name) };
}

/** Pages that a process touches before another one's turn. */
const TURN_PAGES = 16;
const KERNEL_FRAMES = FRAMES_PER_MIB;

/** Processes whose pages lie between each other's, as those that run at the same time. */
export function neighbours(vm: MicroVm, count: number, pages: number): Process[] {
  const config = { cpu: 0, kernelFrames: KERNEL_FRAMES, mappedPages: pages };
  const processes = Array.from({ length: count }, () => new Process(vm.guest, config));
  for (let page = 0; page < pages; page += TURN_PAGES) {
    const turn = Math.min(TURN_PAGES, pages - page);
    for (const process of processes) process.touch(page, turn, true);
  }
  return processes;
}

/** The state of a guest's memory in a word. */
export function hashOf({ vm }: Scene): string {
  return vm.guest.core.hash().toString(16).padStart(8, '0');
}

export function countsOf({ vmm, vm }: Scene): Counts {
  return vmm.settle(vm);
}
