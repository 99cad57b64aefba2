// The Wasm core behind the interface that the allocator tests use.

import { Core, type CoreBuild, expectAnswer } from '../../src/core/index.ts';
import { loadState, saveState, stateFrames, type AllocatorState } from '../../src/core/state.ts';
import type { AllocatorUnderTest, BootLayout } from './allocator.ts';
import {
  GUEST_STATES_OFFSET,
  KIND_MOVABLE,
  KIND_TAIL,
  KIND_UNMOVABLE,
} from '../../src/abi/layout.ts';
import { bytesOf, headerWord, rawOf } from '../../src/core/raw.ts';

export class CoreAllocator implements AllocatorUnderTest {
  readonly #build: CoreBuild;
  core: Core = Core.create({ frames: 1024 });

  constructor(build: CoreBuild = 'verify') {
    this.#build = build;
  }

  boot(layout: BootLayout): void {
    const end = Math.max(...layout.zones.map((zone) => zone.start + zone.spanned));
    this.core = Core.create({ frames: end, cpus: layout.cpus, objects: 16, build: this.#build });
    const raw = rawOf(this.core);
    for (const zone of layout.zones) {
      expectAnswer(raw.zoneSpan(zone.index, zone.start, zone.spanned), 'zoneSpan');
      expectAnswer(raw.memoryPresent(zone.start, zone.spanned), 'memoryPresent');
      for (const { start, end: stop } of zone.free) {
        expectAnswer(raw.memoryHandOver(start, stop - start), 'memoryHandOver');
      }
    }
    raw.finishBoot(layout.thp ? 1 : 0);
  }

  allocPages(gfp: number, order: number, cpu: number): number {
    return Math.max(rawOf(this.core).allocPages(gfp, order, cpu, 0), -1);
  }

  freePages(pfn: number, order: number, cpu: number): void {
    expectAnswer(rawOf(this.core).freePages(pfn, order, cpu), 'freePages');
  }

  setMovable(pfn: number, order: number, movable: boolean): void {
    const at = headerWord(this.core, GUEST_STATES_OFFSET) + pfn;
    bytesOf(this.core).fill(KIND_TAIL, at, at + 2 ** order);
    bytesOf(this.core)[at] = (movable ? KIND_MOVABLE : KIND_UNMOVABLE) | order;
  }

  decay(cpu: number): void {
    rawOf(this.core).decay(cpu, 1);
  }

  drainAll(): void {
    rawOf(this.core).drainAll();
  }

  state(): AllocatorState {
    return saveState(this.core, 'core');
  }

  loadState(state: AllocatorState): void {
    this.core = Core.create({
      frames: stateFrames(state),
      cpus: Math.max(1, ...state.zones.map((zone) => zone.pcps.length)),
      objects: 16,
      build: this.#build,
    });
    loadState(this.core, state);
  }
}
