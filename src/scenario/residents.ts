// The containers of a scenario come into being side by side, and what happened to them becomes a receipt.

import { NS_PER_S } from '../abi/unit.ts';
import type { Operations } from '../cost/index.ts';
import type { Random } from '../time/index.ts';
import {
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  type CZones,
  type Counts,
  operationsOf,
  since,
} from '../vmm/index.ts';
import type { Population, Reclaimer } from './reclaim/reclaimer.ts';
import { Tenant, type TenantSize, limitOf } from './tenant.ts';

/** Calls of containers that run already, between two starts. */
const CALLS_BETWEEN_STARTS = 2;
/** Before the first exit the guest's workers have time to do what is due. */
export const REST_NS: number = 10 * NS_PER_S;

export interface Resident {
  readonly tenant: Tenant;
  readonly zone: number | undefined;
}

/** Its blocks come when they are needed. */
function makeZone(zones: CZones, owner: number, size: TenantSize): number {
  return zones.create(owner, limitOf(size, zones.region.blockFrames));
}

/** Starts all containers, the others at work meanwhile; calls go on until every heap has its full size. */
export function populate(reclaimer: Reclaimer, { sizes }: Population, random: Random): Resident[] {
  const residents: Resident[] = [];
  for (const [owner, size] of sizes.entries()) {
    const zone = reclaimer.zones && makeZone(reclaimer.zones, owner, size);
    residents.push({ tenant: new Tenant(reclaimer.vm, owner, size, zone), zone });
    for (let call = 0; call < CALLS_BETWEEN_STARTS; call += 1) {
      residents[random.nextBelow(residents.length)]?.tenant.growingCall();
    }
  }
  let growing = residents.filter(({ tenant }) => !tenant.isGrown);
  while (growing.length > 0) {
    const { tenant } = growing[random.nextBelow(growing.length)] as Resident;
    tenant.growingCall();
    if (tenant.isGrown) growing = growing.filter((other) => other.tenant !== tenant);
  }
  return residents;
}

/** Counters that the price of a mechanism is made of, beside its own operations. */
const PRICED_SLOTS: readonly number[] = [
  COUNT_HOST_FAULTS,
  COUNT_RELEASED_PAGES,
  COUNT_MIGRATED_PAGES,
];

/** Operations since `before`, with the pages that were moved, released and faulted in again. */
export function operationsWith(before: Operations, after: Operations, counts: Counts): Operations {
  return { ...since(before, after), ...operationsOf(counts, PRICED_SLOTS) };
}
