// Virtual time passes for a VM, timer by timer.

import type { Clock } from '../time/index.ts';
import {
  COUNT_RELEASED_PAGES,
  type Counts,
  type MicroVm,
  addCounts,
  newCounts,
} from '../vmm/index.ts';

/** Counts since the last settling, and when frames came back last; null when none did. */
export interface Passed {
  readonly counts: Counts;
  readonly returnedAtNs: number | null;
}

/** Moves a VM's clock on, and has the host count its memory after each timer. */
export function passTime(
  { vm, clock }: { readonly vm: MicroVm; readonly clock: Clock },
  delayNs: number,
): Passed {
  const counts = newCounts();
  vm.settle(counts);
  const endNs = clock.nowNs + delayNs;
  let returnedAtNs: number | null = null;
  for (;;) {
    const { nextNs } = clock;
    clock.advanceTo(Math.min(nextNs, endNs));
    const step = newCounts();
    vm.settle(step);
    if ((step[COUNT_RELEASED_PAGES] as number) > 0) returnedAtNs = clock.nowNs;
    addCounts(counts, step);
    if (nextNs >= endNs) return { counts, returnedAtNs };
  }
}
