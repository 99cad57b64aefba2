// Counters are exact as long as a run can last: doubles, added to where they lie.

import { describe, expect, it } from 'vitest';
import { STATS_BASE, STATS_MAX } from '../../../../src/abi/layout.ts';
import {
  type Core,
  GFP_KERNEL,
  STAT_ALLOC_CALLS,
  STAT_ALLOC_PAGES,
  STAT_FREE_PAGES,
} from '../../../../src/core/index.ts';
import { instanceOf } from '../../../../src/core/core.ts';
import { bootGuest } from '../../../support/core.ts';

function countersOf(core: Core): Float64Array {
  return new Float64Array(instanceOf(core).bytes.buffer, STATS_BASE, STATS_MAX);
}

describe('a counter', () => {
  it('counts by more than one, beside others', () => {
    const core = bootGuest();
    const before = countersOf(core).slice();
    core.pages.alloc(GFP_KERNEL, 4, 0);
    expect(core.stat(STAT_ALLOC_PAGES) - (before[STAT_ALLOC_PAGES] ?? 0)).toBe(16);
    expect(core.stat(STAT_ALLOC_CALLS) - (before[STAT_ALLOC_CALLS] ?? 0)).toBe(1);
    expect(core.stat(STAT_FREE_PAGES)).toBe(before[STAT_FREE_PAGES]);
  });

  it('does not wrap at 2^32', () => {
    const core = bootGuest();
    countersOf(core)[STAT_ALLOC_PAGES] = 2 ** 50 + 1;
    core.pages.alloc(GFP_KERNEL, 0, 0);
    expect(core.stat(STAT_ALLOC_PAGES)).toBe(2 ** 50 + 2);
  });

  it('that is not there is nothing', () => {
    expect(bootGuest().stat(1000)).toBe(0);
  });
});
