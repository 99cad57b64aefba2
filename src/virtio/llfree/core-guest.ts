/** The guest kernel behind HyperAlloc's driver, on a core with LLFree. */

import type { LlfreeZones, SharedZone } from '../../guest/index.ts';
import type { LlfreeGuest } from './guest.ts';

export class CoreLlfreeGuest implements LlfreeGuest {
  readonly #zones: LlfreeZones;

  constructor(zones: LlfreeZones) {
    this.#zones = zones;
  }

  get cpus(): number {
    return this.#zones.cpus;
  }

  zones(): readonly SharedZone[] {
    return this.#zones.shared();
  }

  get waiting(): { readonly zone: number; readonly pfn: number } | undefined {
    return this.#zones.waiting;
  }
}
