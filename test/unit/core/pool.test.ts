// Instances that guests have left are overwritten, by guests of the same sizes only.

import { describe, expect, it } from 'vitest';
import { type Core, CorePool } from '../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../support/core.ts';
import { anonymous } from '../../support/region.ts';

const small = (objects = 64): Core =>
  bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 }, config: { objects } });

describe('CorePool', () => {
  it('hands a core that was given back to the next guest, as a copy like any other', () => {
    const pool = new CorePool();
    const core = small();
    const snapshot = core.snapshot();
    const first = pool.clone(snapshot);
    expect(first).not.toBe(core);
    const object = anonymous(first);
    first.objects.touch(object, 0, 9000, true, 1);
    first.backing.release(0x1000, 500);
    pool.give(first);
    const second = pool.clone(snapshot);
    expect(second).toBe(first);
    expect(second.hash()).toBe(core.hash());
    expectSound(second);
    expect(pool.clone(snapshot)).not.toBe(first);
  });

  it('keeps sizes and builds apart', () => {
    const pool = new CorePool();
    const given = small(64);
    pool.give(given);
    expect(pool.clone(small(65).snapshot())).not.toBe(given);
    const { config, ...rest } = given.snapshot();
    expect(pool.clone({ ...rest, config: { ...config, build: 'release' } })).not.toBe(given);
    expect(pool.clone(given.snapshot())).toBe(given);
  });
});
