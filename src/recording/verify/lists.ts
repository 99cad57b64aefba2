// Compares the lists of two allocator states, in order.

import { MIGRATE_TYPES, ORDERS, PCP_LISTS } from '../../core/index.ts';
import type { AllocatorState } from '../read/index.ts';

/** A list that is not as in the recording's end state. */
export interface ListDifference {
  readonly zone: string;
  /** 'free' order and type, or 'pcp' list index. */
  readonly list: string;
  /** First place where they differ. */
  readonly at: number;
  readonly expectedCount: number;
  readonly foundCount: number;
}

function compareList(
  zone: string,
  list: string,
  expected: Uint32Array,
  found: Uint32Array,
): ListDifference | undefined {
  const shorter = Math.min(expected.length, found.length);
  let at = 0;
  while (at < shorter && expected[at] === found[at]) at += 1;
  if (at === shorter && expected.length === found.length) return undefined;
  return { zone, list, at, expectedCount: expected.length, foundCount: found.length };
}

const NONE = new Uint32Array(0);

/** Compares every list that is not empty on both sides, in order. */
export function compareLists(
  expected: AllocatorState,
  found: AllocatorState,
): { total: number; differences: ListDifference[] } {
  const differences: ListDifference[] = [];
  let total = 0;
  const compare = (zone: string, list: string, a: Uint32Array, b: Uint32Array): void => {
    if (a.length === 0 && b.length === 0) return;
    total += 1;
    const difference = compareList(zone, list, a, b);
    if (difference !== undefined) differences.push(difference);
  };
  const names = new Set([...expected.zones, ...found.zones].map((zone) => zone.name));
  for (const name of names) {
    const a = expected.zones.find((zone) => zone.name === name);
    const b = found.zones.find((zone) => zone.name === name);
    for (let i = 0; i < ORDERS * MIGRATE_TYPES; i += 1) {
      const label = `free ${Math.floor(i / MIGRATE_TYPES)} ${i % MIGRATE_TYPES}`;
      compare(name, label, a?.free[i] ?? NONE, b?.free[i] ?? NONE);
    }
    const cpus = Math.max(a?.pcps.length ?? 0, b?.pcps.length ?? 0);
    for (let i = 0; i < cpus * PCP_LISTS; i += 1) {
      const cpu = Math.floor(i / PCP_LISTS);
      const list = i % PCP_LISTS;
      const ours = a?.pcps[cpu]?.lists[list] ?? NONE;
      compare(name, `cpu ${cpu} pcp ${list}`, ours, b?.pcps[cpu]?.lists[list] ?? NONE);
    }
  }
  return { total, differences };
}
