// Page requests through typed calls.

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, STATUS_BAD_ARGUMENT, ZONE_DMA32 } from '../../../src/core/index.ts';
import { bootGuest } from '../../support/core.ts';

describe('Pages', () => {
  it('keeps order, CPU and tag apart', () => {
    const core = bootGuest();
    const pfn = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 3, 1, 9);
    expect([core.frames.order(pfn), core.frames.tag(pfn)]).toEqual([3, 9]);
    expect(core.frames.tag(core.pages.alloc(GFP_HIGHUSER_MOVABLE, 3, 1))).toBe(0);
    expect(core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 2)).toBe(STATUS_BAD_ARGUMENT);
    expect(core.pages.free(pfn, 3, 1)).toBe(0);
  });

  it('empties the per-cpu lists of every CPU', () => {
    const core = bootGuest();
    const free = core.zone(ZONE_DMA32).free;
    for (const cpu of [0, 1])
      core.pages.free(core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, cpu), 0, cpu);
    expect(core.zone(ZONE_DMA32).free).toBeLessThan(free);
    core.pages.drainAll();
    expect(core.zone(ZONE_DMA32).free).toBe(free);
  });

  it('turns every CPU’s vmstat worker, and says whether more turns would drain more', () => {
    const core = bootGuest();
    expect(core.pages.decay(1)).toBe(false);
    for (const cpu of [0, 1]) {
      const pages = Array.from({ length: 20_000 }, () =>
        core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, cpu),
      );
      for (const pfn of pages) core.pages.free(pfn, 0, cpu);
    }
    const before = core.zone(ZONE_DMA32).free;
    expect(core.pages.decay(1)).toBe(true);
    expect(core.zone(ZONE_DMA32).free).toBeGreaterThan(before);
    core.pages.decay(500);
    expect(core.pages.decay(1)).toBe(false);
  });
});
