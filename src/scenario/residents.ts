// The containers of a scenario come into being side by side, and what happened to them becomes a receipt.

import type { Operations } from '../cost/index.ts';
import {
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  type Counts,
} from '../vmm/index.ts';
import type { Draws } from './random.ts';
import type { Population, Reclaimer } from './reclaim/reclaimer.ts';
import { Tenant } from './tenant.ts';

/** Calls of containers that run already, between two starts. */
const CALLS_BETWEEN_STARTS = 2;
/** Before the first exit the guest's workers have time to do what is due. */
export const REST_NS = 10_000_000_000;

export interface Resident {
  readonly tenant: Tenant;
  readonly zone: number | undefined;
}

/** Starts all containers, the others at work meanwhile; calls go on until every heap has its full size. */
export function populate(reclaimer: Reclaimer, { sizes }: Population, draws: Draws): Resident[] {
  const residents: Resident[] = [];
  for (const [owner, size] of sizes.entries()) {
    const zone = reclaimer.makeZone?.(owner, size);
    residents.push({ tenant: new Tenant(reclaimer.vm, owner, size, zone), zone });
    for (let call = 0; call < CALLS_BETWEEN_STARTS; call += 1) {
      residents[draws.below(residents.length)]?.tenant.growingCall();
    }
  }
  let growing = residents.filter(({ tenant }) => !tenant.isGrown);
  while (growing.length > 0) {
    const { tenant } = growing[draws.below(growing.length)] as Resident;
    tenant.growingCall();
    if (tenant.isGrown) growing = growing.filter((other) => other.tenant !== tenant);
  }
  return residents;
}

/** Operations since `before`, with the pages that were moved and released. */
export function recordOf(before: Operations, after: Operations, counts: Counts): Operations {
  const record: Record<string, number> = {
    pageMigrate: counts[COUNT_MIGRATED_PAGES] as number,
    hostFault4KiB: counts[COUNT_HOST_FAULTS] as number,
    hostRelease4KiB: counts[COUNT_RELEASED_PAGES] as number,
  };
  const earlier = before as Record<string, number>;
  for (const [name, times] of Object.entries(after)) record[name] = times - (earlier[name] ?? 0);
  return record;
}
