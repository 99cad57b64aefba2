/** A balloon takes free memory first and page cache behind it; the others leave the cache alone. */
import { describe, expect, it } from 'vitest';
import { cacheRow } from '../../../../src/scenario/question/balloon-and-cache.ts';

describe('page cache and the balloon', () => {
  it('stays under reporting and hinting', () => {
    for (const mechanism of ['reporting', 'hinting'] as const) {
      const { cacheBeforeMib, cacheAfterMib, readAgainMib } = cacheRow(mechanism, 0);
      expect(cacheAfterMib).toBe(cacheBeforeMib);
      expect(readAgainMib).toBe(0);
    }
  });

  it('stays under a balloon that fits in free memory', () => {
    const row = cacheRow('balloon', 256);
    expect(row).toMatchObject({ gotMib: 256, cacheAfterMib: 512, readAgainMib: 0 });
  });

  it('goes under a larger one, page for page of what is read again', () => {
    const row = cacheRow('balloon', 640);
    expect(row['gotMib']).toBe(640);
    const evicted = Number(row['cacheBeforeMib']) - Number(row['cacheAfterMib']);
    expect(evicted).toBeGreaterThan(640 - Number(row['freeBeforeMib']));
    expect(row['readAgainMib']).toBeCloseTo(evicted, 6);
  });
});
