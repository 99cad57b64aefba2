/** The typed calls of HyperAlloc's monitor; what they do is test/unit/assembly/host/monitor.test.ts. */
import { describe, expect, it } from 'vitest';
import { ZONE_DMA32 } from '../../../src/abi/layout.ts';
import { STATUS_BAD_STATE } from '../../../src/abi/status.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import { Core } from '../../../src/core/index.ts';
import { HUGE, llfreeGuest } from '../../support/llfree-guest.ts';

describe('a monitor', () => {
  it('is there for guests on LLFree alone', () => {
    expect(Core.create({ frames: 4096 }).monitor).toBeUndefined();
    expect(llfreeGuest(32).monitor).toBeDefined();
  });

  it('takes hard, gives back and installs', () => {
    const { monitor } = llfreeGuest(32);
    const pfn = monitor.reclaim(ZONE_DMA32, true);
    expect(monitor.giveBack(pfn)).toBe(0);
    expect(monitor.install(pfn)).toBe(HUGE);
    expect(monitor.install(pfn)).toBe(STATUS_BAD_STATE);
  });

  it('refuses what is no number of a zone or frame', () => {
    const { monitor } = llfreeGuest(32);
    expect(() => monitor.reclaim(1.5, false)).toThrow(RefusedArgument);
    expect(() => monitor.giveBack(-1)).toThrow(RefusedArgument);
    expect(() => monitor.install(Number.NaN)).toThrow(RefusedArgument);
  });
});
