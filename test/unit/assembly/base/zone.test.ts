// A zone's record: begun empty, its masks and counts are those of its lists, and compaction starts from its edges.

import { describe, expect, it } from 'vitest';
import {
  ZONE_COMPACT_FREE_OFFSET,
  ZONE_LISTS_OFFSET,
  ZONE_ORDER_MASK_OFFSET,
  ZONE_STRIDE,
} from '../../../../src/abi/layout.ts';
import { CZONE_LIMIT_GROW } from '../../../../src/abi/czone.ts';
import { Core, MIGRATE_TYPES, ORDERS } from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { M, R, U } from '../../../model/fixture.ts';
import { expectSound, zoneField } from '../../../support/core.ts';
import { coreWith } from '../../../support/exact.ts';
import { BLOCK, anonymous, bootRegion, written } from '../../../support/region.ts';

const DMA32 = 1;

describe('a zone', () => {
  it('has a bit for each list with members, and counts blocks by order', () => {
    const core = coreWith(
      [M, U, R],
      [
        [0, M, [4, 8]],
        [3, M, [64]],
        [3, U, [512]],
        [9, R, [1024]],
      ],
    );
    const masks = [U, M, R].map((type) =>
      zoneField(core, DMA32, ZONE_ORDER_MASK_OFFSET + 4 * type),
    );
    expect(masks).toEqual([0b1000, 0b1001, 1 << 9]);
    const zone = core.zone(DMA32);
    expect([0, 3, 9, 10].map((order) => zone.freeBlocks(order))).toEqual([2, 2, 1, 0]);
    expect(zone.free).toBe(2 + 16 + 512);
  });

  it('that is given again has nothing of the last one', () => {
    const core = bootRegion();
    const fresh = core.czones.create(7, 4 * BLOCK, 1);
    const fields = (zone: number): number[] =>
      Array.from({ length: ZONE_LISTS_OFFSET / 4 }, (_, at) => zoneField(core, zone, 4 * at));
    const before = fields(fresh);
    core.czones.setPolicy(fresh, CZONE_LIMIT_GROW, 3);
    written(core, fresh, 2 * BLOCK);
    core.czones.refer(fresh, 1);
    expect(fields(fresh)).not.toEqual(before);
    core.czones.exit(fresh, 0);
    core.backing.release(0x8000, 16 * BLOCK);
    expect(core.czones.create(7, 4 * BLOCK, 1)).toBe(fresh);
    expect(fields(fresh)).toEqual(before);
    anonymous(core, fresh);
    expectSound(core);
  });

  it('begins with empty lists of every order and type', () => {
    const core = Core.create({ frames: 4096, czones: 2 });
    for (let zone = 0; zone < 6; zone += 1) {
      for (let list = 0; list < ORDERS * MIGRATE_TYPES; list += 1) {
        expect(zoneField(core, zone, ZONE_LISTS_OFFSET + 8 * list)).toBe(0xffffffff);
      }
    }
    expect(ZONE_LISTS_OFFSET + 8 * ORDERS * MIGRATE_TYPES).toBeLessThanOrEqual(ZONE_STRIDE);
  });

  it('has compaction’s scanners at its outer pageblocks when its span is said', () => {
    const core = Core.create({ frames: 8192 });
    const raw = rawOf(core);
    expect(raw.zoneSpan(DMA32, 1100, 5000)).toBe(0);
    const scanners = [0, 1, 2].map((at) =>
      zoneField(core, DMA32, ZONE_COMPACT_FREE_OFFSET + 4 * at),
    );
    // free, async, sync: frames 1100 to 6099 lie in the pageblocks from 1024 and from 5632
    expect(scanners).toEqual([5632, 1024, 1024]);
  });
});
