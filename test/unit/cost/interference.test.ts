import { describe, expect, it } from 'vitest';
import { LOST_SHARES, lostShare, workKindOf } from '../../../src/cost/interference.ts';
import { PRICE_LEVELS } from '../../../src/cost/price.ts';
import { PRICE_NAMES } from '../../../src/cost/prices.ts';

describe('what calls lose beside work of devices', () => {
  it('is a share that grows with the level, from a tagged source', () => {
    for (const { low, typical, high, source } of Object.values(LOST_SHARES)) {
      expect(low).toBeGreaterThanOrEqual(0);
      expect(typical).toBeGreaterThan(low);
      expect(high).toBeGreaterThan(typical);
      expect(high).toBeLessThan(1);
      expect(source).toMatch(/\[[EDSR]\]/);
    }
  });

  it('is the geometric mean of its ends where they are far apart', () => {
    const { low, typical, high } = LOST_SHARES.byPage;
    expect(typical).toBeCloseTo(Math.sqrt(low * high), 3);
  });

  it('is more beside work by page at every level', () => {
    for (const level of PRICE_LEVELS) {
      expect(lostShare('byPage', level)).toBeGreaterThan(2 * lostShare('byRange', level));
    }
  });

  it('is that of pages for what takes, moves or frees them one by one', () => {
    expect(PRICE_NAMES.filter((name) => workKindOf(name) === 'byPage')).toEqual([
      'pageMigrate',
      'balloonInflatePage',
      'balloonDeflatePage',
      'virtioMemUnplug2MiB',
      'dimmOfflineBlock',
    ]);
  });
});
