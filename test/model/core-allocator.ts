// The Wasm core behind the interface that the allocator tests use.

import { Core, type CoreBuild, expectAnswer } from '../../src/core/index.ts';
import { loadState, saveState, stateFrames, type AllocatorState } from '../../src/core/state.ts';
import type { BootLayout } from './allocator.ts';
import { rawOf } from '../../src/core/raw.ts';

export class CoreAllocator {
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

  /** Frame, or a status below zero. */
  allocPages(gfp: number, order: number, cpu: number): number {
    return rawOf(this.core).allocPages(gfp, order, cpu, 0);
  }

  freePages(pfn: number, order: number, cpu: number): void {
    expectAnswer(rawOf(this.core).freePages(pfn, order, cpu), 'freePages');
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
