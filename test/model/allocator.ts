// What tests of allocator rules ask of the thing under test, so that one test can hold for the
// model and for the core.

import type { AllocatorState } from '../../src/recording/read/pagestate.ts';

export interface BootZone {
  /** 0 DMA, 1 DMA32, 2 NORMAL, 3 MOVABLE. */
  index: number;
  start: number;
  spanned: number;
  /** Free ranges handed over at boot, ascending; the rest is reserved. */
  free: readonly { readonly start: number; readonly end: number }[];
}

export interface BootLayout {
  zones: readonly BootZone[];
  cpus: number;
  /** khugepaged's raise of min_free_kbytes. */
  thp: boolean;
}

/** Frames are -1 when there is none. */
export interface AllocatorUnderTest {
  boot(layout: BootLayout): void;
  allocPages(gfp: number, order: number, cpu: number): number;
  freePages(pfn: number, order: number, cpu: number): void;
  /** What the vmstat worker does to a CPU's lists each second. */
  decay(cpu: number): void;
  drainAll(): void;
  /** Makes a block one in use; whether it can be migrated is what the claim test counts. */
  setMovable(pfn: number, order: number, movable: boolean): void;
  state(): AllocatorState;
  loadState(state: AllocatorState): void;
}
