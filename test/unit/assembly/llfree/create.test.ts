/** Tables at their exact sizes. */
import { describe, expect, it } from 'vitest';
import { instantiateLlfree } from '../../../../src/core/instantiate.ts';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../../../src/abi/status.ts';
import { expectSound, smallLlfree } from '../../../support/llfree.ts';

describe('the tables', () => {
  it.each([
    [{}, { local: 384, trees: 64, lower: 1280 }],
    [
      { treeHuge: 8, frames: 65536, cpus: 4, rules: 'movable' },
      { local: 1024, trees: 64, lower: 9216 },
    ],
    [
      { treeHuge: 8, frames: 65536, cpus: 4, rules: 'kinds' },
      { local: 256, trees: 64, lower: 9216 },
    ],
    [
      { treeHuge: 64, frames: 65536 },
      { local: 384, trees: 64, lower: 8192 + 256 },
    ],
  ] as const)('of %j have the sizes of the real ones', (config, sizes) => {
    expect(smallLlfree(config).metadata).toEqual(sizes);
  });

  it.each(['simple', 'movable', 'kinds', 'kinds-installed'] as const)(
    '%s: begin free or allocated, the last tree perhaps not whole',
    (rules) => {
      const free = smallLlfree({ rules, frames: 5000 });
      const allocated = smallLlfree({ rules, frames: 5000, isAllocated: true });
      expect(free.tables.count()).toEqual({ free: 5000, huge: 9 });
      expect(allocated.tables.count()).toEqual({ free: 0, huge: 0 });
      for (const core of [free, allocated]) expectSound(core);
    },
  );
});

describe('create', () => {
  it.each([
    [0, 1, 2, 0, 0],
    [2 ** 30 + 1, 1, 2, 0, 0],
    [512, 0, 2, 0, 0],
    [512, 1, 10, 0, 0],
    [512, 1, 4, 2, 0],
    [512, 1, 2, 4, 0],
    [512, 1, 2, 0, 2],
  ])('refuses %i frames, %i CPUs, shift %i, rules %i, state %i', (...sizes) => {
    const raw = instantiateLlfree();
    expect(raw.llfreeCreate(...sizes)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.llfreeCreate(512, 1, 0, 0, 0)).toBe(0);
    expect(raw.llfreeCreate(512, 1, 0, 0, 0)).toBe(STATUS_BAD_STATE);
  });
});
