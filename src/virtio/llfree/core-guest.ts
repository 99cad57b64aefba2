/** The guest kernel behind HyperAlloc's driver, on a core with LLFree. */

import type { LlfreeZones, SharedZone } from '../../guest/index.ts';
import type { LlfreeGuest } from './guest.ts';

export class CoreLlfreeGuest implements LlfreeGuest {
  private readonly _zones: LlfreeZones;

  constructor(zones: LlfreeZones) {
    this._zones = zones;
  }

  get cpus(): number {
    return this._zones.cpus;
  }

  zones(): readonly SharedZone[] {
    return this._zones.shared();
  }

  get waiting(): { readonly zone: number; readonly pfn: number } | undefined {
    return this._zones.waiting;
  }
}
