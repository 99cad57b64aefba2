// The face of LLFree: what it is made of, what it refuses.

import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { LlfreeCore, type LlfreeConfig } from '../../../src/core/index.ts';

describe('LlfreeCore', () => {
  it.each([
    [{ frames: 0, rules: 'simple' }, 'frames: expected'],
    [{ frames: 512, rules: 'simplest' }, 'rules: expected one of'],
    [{ frames: 512, rules: 'simple', cpus: 0 }, 'cpus: expected'],
    [{ frames: 512, rules: 'simple', treeHuge: 3 }, 'treeHuge: expected a power of two, found 3'],
    [{ frames: 512, rules: 'kinds', treeHuge: 16 }, 'treeHuge: expected a whole number of 1 to 8'],
  ])('is not made of %j', (config, text) => {
    const create = (): LlfreeCore => LlfreeCore.create(config as LlfreeConfig);
    expect(create).toThrow(RefusedArgument);
    expect(create).toThrow(text);
  });

  it('has trees of 8 huge frames and one CPU unless told otherwise', () => {
    const { tables } = LlfreeCore.create({ frames: 8192, rules: 'simple' });
    expect([tables.trees, tables.treeHuge, tables.huges]).toEqual([2, 8, 16]);
  });

  it('says the class and whether the monitor has the frame of the last block', () => {
    const core = LlfreeCore.create({ frames: 8192, rules: 'kinds' });
    core.reclaim(false);
    core.get(0, 1, 0);
    expect([core.lastClass, core.wasEvicted, core.isToday]).toEqual([0, true, false]);
  });

  it('refuses numbers that are none', () => {
    const core = LlfreeCore.create({ frames: 8192, rules: 'simple' });
    expect(() => core.get(0.5, 0)).toThrow('order');
    expect(() => core.get(0, 0, -1)).toThrow('slot');
    expect(() => core.put(Number.NaN, 0, 0)).toThrow('frame');
    expect(() => core.drain(-1)).toThrow('cpu');
    expect(() => core.giveBack(-1)).toThrow('frame');
    expect(() => core.install(1.5)).toThrow('frame');
  });
});
