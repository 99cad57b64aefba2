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
  /** One block straight from a zone's buddy lists, with claim and steal. */
  rmqueue(zone: number, order: number, type: number): number;
  /** One block straight to the buddy lists, as its pageblock's type. */
  freeOne(pfn: number, order: number): void;
  /** One block from the buddy lists to the tail of a per-cpu list. */
  pcpRefillOne(zone: number, order: number, type: number, cpu: number): number;
  /** One block from the first non-empty per-cpu list at or after `list` to the buddy lists. */
  pcpDrainOne(zone: number, list: number, cpu: number): number;
  /** Says whether a page in use can be migrated (the claim test counts these). */
  setMovable(pfn: number, order: number, movable: boolean): void;
  state(): AllocatorState;
  loadState(state: AllocatorState): void;
}
