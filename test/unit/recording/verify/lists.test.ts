import { describe, expect, it } from 'vitest';

import { compareLists } from '../../../../src/recording/verify/lists.ts';
import type { AllocatorState } from '../../../../src/recording/read/pagestate.ts';

interface Lists {
  readonly name?: string;
  /** By order × 5 + type. */
  readonly free?: Readonly<Record<number, number[]>>;
  /** By CPU, then list. */
  readonly pcps?: readonly Readonly<Record<number, number[]>>[];
}

function sparse(lists: Readonly<Record<number, number[]>>, count: number): Uint32Array[] {
  return Array.from({ length: count }, (_, i) => Uint32Array.from(lists[i] ?? []));
}

function state(...zones: Lists[]): AllocatorState {
  return {
    zones: zones.map(({ name = 'DMA32', free = {}, pcps = [] }) => ({
      name,
      free: sparse(free, 55),
      pcps: pcps.map((lists) => ({ lists: sparse(lists, 14) })),
    })),
  } as unknown as AllocatorState;
}

describe('two states', () => {
  it('are compared list by list; lists that are empty in both do not count', () => {
    const same = state({ free: { 6: [1, 2], 51: [1024] }, pcps: [{ 0: [5] }, {}] });
    expect(compareLists(same, same)).toEqual({ total: 3, differences: [] });
    expect(compareLists(state({}), state({}))).toEqual({ total: 0, differences: [] });
  });

  it('differ in order as in content: the first place is named', () => {
    const { total, differences } = compareLists(
      state({ free: { 6: [1, 2, 3] } }),
      state({ free: { 6: [1, 3, 2] } }),
    );
    expect(total).toBe(1);
    // Order 1, type 1: five migratetypes an order.
    expect(differences).toEqual([
      { zone: 'DMA32', list: 'free 1 1', at: 1, expectedCount: 3, foundCount: 3 },
    ]);
  });

  it('differ where one list is longer, at its end', () => {
    const { differences } = compareLists(
      state({ pcps: [{}, { 3: [7, 8] }] }),
      state({ pcps: [{}, { 3: [7] }] }),
    );
    expect(differences).toEqual([
      { zone: 'DMA32', list: 'cpu 1 pcp 3', at: 1, expectedCount: 2, foundCount: 1 },
    ]);
  });

  it('differ where a zone or a CPU is only in one', () => {
    const more = state({}, { name: 'Movable', free: { 50: [9] }, pcps: [{ 1: [4] }] });
    for (const [a, b] of [
      [more, state({})],
      [state({}), more],
    ] as const) {
      expect(compareLists(a, b).differences.map(({ zone, list }) => `${zone} ${list}`)).toEqual([
        'Movable free 10 0',
        'Movable cpu 0 pcp 1',
      ]);
    }
  });
});
