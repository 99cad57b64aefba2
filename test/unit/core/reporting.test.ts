// Free page reporting through typed calls.

import { describe, expect, it } from 'vitest';
import {
  GFP_HIGHUSER_MOVABLE,
  KIND_FREE,
  STATUS_BAD_ARGUMENT,
  ZONE_DMA32,
} from '../../../src/core/index.ts';
import { bootGuest, expectSound, kindAt } from '../../support/core.ts';

describe('ReportingCalls', () => {
  it('takes blocks of the order or more into both arrays, and gives them back', () => {
    const core = bootGuest();
    expect(core.reporting.listen(9, 8)).toBe(0);
    const [pfns, orders] = [new Uint32Array(8), new Uint32Array(8)];
    expect(core.reporting.take(ZONE_DMA32, pfns, orders)).toBe(8);
    expect([...orders].every((order) => order >= 9)).toBe(true);
    expect([...pfns].map((pfn) => kindAt(core, pfn))).not.toContain(KIND_FREE);
    expect(core.reporting.putBack(true)).toBe(8);
    expect([...pfns].map((pfn) => kindAt(core, pfn))).toEqual(Array(8).fill(KIND_FREE));
    expectSound(core);
  });

  it('marks nothing that the device did not see', () => {
    const core = bootGuest();
    core.reporting.listen(10, 4);
    const arrays = [new Uint32Array(4), new Uint32Array(4)] as const;
    core.reporting.take(ZONE_DMA32, ...arrays);
    expect(core.reporting.putBack(false)).toBe(0);
  });

  it('is wanted from the start and after a block became free, until a pass clears that', () => {
    const core = bootGuest();
    expect(core.reporting.isWanted).toBe(false);
    core.reporting.listen(9, 32);
    expect(core.reporting.isWanted).toBe(true);
    core.reporting.clearWanted();
    const block = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 10, 0);
    expect(core.reporting.isWanted).toBe(false);
    core.pages.free(block, 10, 0);
    expect(core.reporting.isWanted).toBe(true);
  });

  it('is refused above the largest order, and while nobody listens nothing is taken', () => {
    const core = bootGuest();
    expect(core.reporting.listen(11, 32)).toBe(STATUS_BAD_ARGUMENT);
    expect(core.reporting.isWanted).toBe(false);
    expect(core.reporting.take(ZONE_DMA32, new Uint32Array(32), new Uint32Array(32))).toBe(
      STATUS_BAD_ARGUMENT,
    );
  });
});
