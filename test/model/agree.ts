// Whether a core and the model are in the same state, without copying either: walks the core's lists in its memory
// beside the model's arrays. Quick enough to be asked after every command of a long run.

import {
  GUEST_PCPS_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_ZONES_OFFSET,
  KERNEL_ZONES,
  PCP_ALLOC_FACTOR_OFFSET,
  PCP_BATCH_OFFSET,
  PCP_COUNT_OFFSET,
  PCP_FLAGS_OFFSET,
  PCP_FREE_COUNT_OFFSET,
  PCP_HIGH_MAX_OFFSET,
  PCP_HIGH_MIN_OFFSET,
  PCP_HIGH_OFFSET,
  PCP_LISTS_OFFSET,
  PCP_STRIDE,
  ZONE_BOOST_OFFSET,
  ZONE_FLAGS_OFFSET,
  ZONE_FREE_OFFSET,
  ZONE_LISTS_OFFSET,
  ZONE_RESERVED_HIGHATOMIC_OFFSET,
  ZONE_STRIDE,
} from '../../src/abi/layout.ts';
import { NONE } from '../../src/abi/unit.ts';
import { MIGRATE_TYPES } from '../../src/abi/migratetype.ts';
import type { Core } from '../../src/core/index.ts';
import type { Model } from './model.ts';
import type { Pcp, Zone } from './zone.ts';
import { headerWord, wordsOf } from '../../src/core/raw.ts';

const NIL = NONE >>> 0;

function sameList(core: Core, list: number, frames: readonly number[]): boolean {
  const words = wordsOf(core);
  const records = headerWord(core, GUEST_RECORDS_OFFSET) >>> 2;
  let pfn = words[list >>> 2];
  for (const frame of frames) {
    if (pfn !== frame) return false;
    pfn = words[records + 2 * frame];
  }
  return pfn === NIL;
}

function samePcp(core: Core, base: number, pcp: Pcp): boolean {
  const word = (offset: number): number => (wordsOf(core)[(base + offset) >>> 2] ?? 0) | 0;
  return (
    word(PCP_COUNT_OFFSET) === pcp.count &&
    word(PCP_HIGH_OFFSET) === pcp.high &&
    word(PCP_HIGH_MIN_OFFSET) === pcp.highMin &&
    word(PCP_HIGH_MAX_OFFSET) === pcp.highMax &&
    word(PCP_BATCH_OFFSET) === pcp.batch &&
    word(PCP_FLAGS_OFFSET) === pcp.flags &&
    word(PCP_ALLOC_FACTOR_OFFSET) === pcp.allocFactor &&
    word(PCP_FREE_COUNT_OFFSET) === pcp.freeCount &&
    pcp.lists.every((list, index) => sameList(core, base + PCP_LISTS_OFFSET + 8 * index, list))
  );
}

function sameZone(core: Core, zone: Zone): boolean {
  const base = headerWord(core, GUEST_ZONES_OFFSET) + zone.index * ZONE_STRIDE;
  const word = (offset: number): number => wordsOf(core)[(base + offset) >>> 2] ?? 0;
  const pcps = headerWord(core, GUEST_PCPS_OFFSET);
  return (
    word(ZONE_FREE_OFFSET) === zone.freePages &&
    word(ZONE_BOOST_OFFSET) === zone.boost &&
    word(ZONE_FLAGS_OFFSET) === zone.flags &&
    word(ZONE_RESERVED_HIGHATOMIC_OFFSET) === zone.reservedHighatomic &&
    zone.free.every((types, order) =>
      types.every((list, type) =>
        sameList(core, base + ZONE_LISTS_OFFSET + 8 * (order * MIGRATE_TYPES + type), list),
      ),
    ) &&
    zone.pcps.every((pcp, cpu) =>
      samePcp(core, pcps + (cpu * KERNEL_ZONES + zone.index) * PCP_STRIDE, pcp),
    )
  );
}

/** Every list in order, every counter and size. Sizes that no command changes are compared by whole states. */
export function agree(core: Core, model: Model): boolean {
  return model.zones.every((zone) => sameZone(core, zone));
}
