// Compaction through typed calls: each answers for the zones it is about.

import { describe, expect, it } from 'vitest';
import {
  COMPACT_ASYNC,
  COMPACT_SUCCESS,
  GFP_DMA,
  GFP_KERNEL,
  KCOMPACTD_PAUSES,
  STATUS_BAD_STATE,
  STATUS_PAUSED,
  STATUS_SKIPPED,
  STAT_MIGRATED_PAGES,
  ZONE_DMA,
  ZONE_DMA32,
} from '../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../support/core.ts';
import { scattered } from '../../support/scattered.ts';

describe('Compaction', () => {
  it('of a guest with free memory has nothing to do', () => {
    const { compaction } = bootGuest();
    expect(compaction.direct(GFP_KERNEL, 5, COMPACT_ASYNC, 0)).toBe(COMPACT_SUCCESS);
    expect(compaction.background(5, ZONE_DMA32, 0)).toBe(2);
    expect(compaction.background(5, ZONE_DMA, 0)).toBe(1);
    expect(compaction.score).toBeLessThan(10);
    expect(compaction.proactive(0)).toBe(STATUS_SKIPPED);
  });

  it('makes scattered memory less scattered, as its score says', () => {
    const { core } = scattered(3);
    const before = core.compaction.score;
    expect(before).toBeGreaterThan(90);
    expect(core.compaction.proactive(0)).toBe(core.compaction.score);
    expect(core.compaction.score).toBeLessThan(before);
  });

  it('that pauses after each batch comes to the same in the end, and to nothing else meanwhile', () => {
    const [once, paused] = [scattered(3).core, scattered(3).core];
    once.compaction.proactive(0);
    let batches = 0;
    let result = paused.compaction.proactive(0, KCOMPACTD_PAUSES);
    for (; result === STATUS_PAUSED; batches += 1) {
      expect(paused.compaction.background(9, ZONE_DMA32, 0)).toBe(STATUS_BAD_STATE);
      result = paused.compaction.proactive(0, KCOMPACTD_PAUSES);
    }
    expect(batches).toBeGreaterThan(1);
    expect(result).toBe(once.compaction.score);
    expect(paused.stat(STAT_MIGRATED_PAGES)).toBe(once.stat(STAT_MIGRATED_PAGES));
    expectSound(paused);
  });

  it('that has paused does not go on in a guest that was put in its place', () => {
    const { core } = scattered(3);
    const before = core.snapshot();
    expect(core.compaction.proactive(0, KCOMPACTD_PAUSES)).toBe(STATUS_PAUSED);
    core.restore(before);
    expect(core.compaction.background(9, ZONE_DMA32, 0)).not.toBe(STATUS_BAD_STATE);
    expectSound(core);
  });

  it('of a whole zone goes from edge to edge, whatever its score', () => {
    const { core } = scattered(3);
    const before = core.stat(STAT_MIGRATED_PAGES);
    expect(core.compaction.whole(ZONE_DMA32, 0)).toBeGreaterThanOrEqual(0);
    expect(core.stat(STAT_MIGRATED_PAGES)).toBeGreaterThan(before);
  });

  it('looks at the zones of the mask only', () => {
    const { core } = scattered(3);
    // ZONE_DMA is scattered too, and has no 2 MiB block either
    expect(core.compaction.direct(GFP_KERNEL | GFP_DMA, 9, COMPACT_ASYNC, 0)).not.toBe(
      COMPACT_SUCCESS,
    );
  });

  it('refuses a way of working that is no number', () => {
    const { compaction } = bootGuest();
    const how = Object.create(null) as number;
    const calls = [
      () => compaction.background(5, ZONE_DMA32, 0, how),
      () => compaction.proactive(0, how),
      () => compaction.whole(ZONE_DMA32, 0, how),
    ];
    for (const call of calls) expect(call).toThrow(/^compaction\.\w+: how: expected /);
  });
});
