// A zone's view against the whole state that saveState reads.

import { describe, expect, it } from 'vitest';
import { GFP_KERNEL } from '../../../src/abi/gfp.ts';
import { ZONE_DMA32 } from '../../../src/abi/layout.ts';
import { ORDERS } from '../../../src/abi/unit.ts';
import { freeByOrder, freeFrames, saveState } from '../../../src/core/index.ts';
import { bootGuest } from '../../support/core.ts';

describe('ZoneView', () => {
  it('shows what the saved state holds, and goes on showing it', () => {
    const core = bootGuest();
    const view = core.zone(ZONE_DMA32);
    for (const order of [0, 3, 9]) {
      core.pages.alloc(GFP_KERNEL, order, 0);
      const saved = saveState(core, '').zones.find((zone) => zone.index === ZONE_DMA32);
      if (saved === undefined) throw new Error('the zone is not there');
      expect(view.start).toBe(saved.startPfn);
      expect(view.spanned).toBe(saved.spanned);
      expect(view.present).toBe(saved.present);
      expect(view.managed).toBe(saved.managed);
      expect(view.free).toBe(freeFrames(saved));
      expect([view.lowMark, view.highMark, view.boost]).toEqual([
        saved.low,
        saved.high,
        saved.boost,
      ]);
      expect(Array.from({ length: ORDERS }, (_, at) => view.freeBlocks(at))).toEqual(
        freeByOrder(saved),
      );
    }
  });

  it('writes the boost where the allocator reads it', () => {
    const core = bootGuest();
    core.zone(ZONE_DMA32).boost = 77;
    expect(saveState(core, '').zones.find(({ index }) => index === ZONE_DMA32)?.boost).toBe(77);
  });

  it('shows the blocks and the limit of a CZone', () => {
    const core = bootGuest({ spanFrames: 0x20000, config: { czones: 2 } });
    expect(core.czones.region(0x10000, 0x10000, 512)).toBe(0);
    core.czones.plug(0x10000, 8 * 512);
    const index = core.czones.create(1, 4 * 512, 3);
    const { blocks, peakBlocks, limit, managed, free } = core.zone(index);
    expect({ blocks, peakBlocks, limit }).toEqual({ blocks: 3, peakBlocks: 3, limit: 4 * 512 });
    expect([managed, free]).toEqual([3 * 512, 3 * 512]);
    expect(core.czones.blocksOf(index)).toEqual([0x10000, 0x10200, 0x10400]);
  });

  it.each([-1, 0.5, 2 ** 32, Number.NaN])('takes no boost of %s frames', (frames) => {
    const zone = bootGuest().zone(ZONE_DMA32);
    expect(() => void (zone.boost = frames)).toThrow('zone.boost: frames');
    expect(zone.boost).toBe(0);
  });
});
