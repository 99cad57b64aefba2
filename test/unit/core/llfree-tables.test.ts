// LLFree's tables as they lie in memory.

import { describe, expect, it } from 'vitest';
import { smallLlfree } from '../../support/llfree.ts';

describe('LlfreeTables', () => {
  it.each(['simple', 'kinds'] as const)('%s: shows entries, trees, slots and bits', (rules) => {
    const { tables, ...rest } = smallLlfree({ rules });
    expect(rest).toBeDefined();
    expect(tables.entry(15)).toEqual({ free: 512, isHuge: false, isEvicted: false });
    expect(tables.isTaken(8191)).toBe(false);
    expect([...tables.slots()]).toEqual([]);
  });

  it('follows what is taken', () => {
    const core = smallLlfree({ cpus: 2 });
    const { tables } = core;
    const small = core.get(0, 0, 1);
    const huge = core.get(9, 1, 0);
    expect(tables.isTaken(small)).toBe(true);
    expect(tables.isTaken(small + 1)).toBe(false);
    expect(tables.entry(huge / 512).isHuge).toBe(true);
    expect([...tables.slots()].map((slot) => [slot.class, slot.index])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(tables.count()).toEqual({ free: 8192 - 513, huge: 14 });
  });

  it('counts huge frames behind the end as allocated', () => {
    const { tables } = smallLlfree({ frames: 600 });
    expect([0, 1, 2, 3].map((huge) => tables.entry(huge).free)).toEqual([512, 88, 0, 0]);
    expect(tables.entry(2).isHuge).toBe(true);
    expect(tables.isTaken(600)).toBe(true);
  });
});
