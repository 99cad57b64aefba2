// A small LLFree and what its tests ask again and again.

import { expect } from 'vitest';
import { LlfreeCore, type LlfreeConfig, llfreeFault } from '../../src/core/index.ts';

/** Four trees of four huge frames, classes 0 small and 1 huge, unless said otherwise. */
export function smallLlfree(config: Partial<LlfreeConfig> = {}): LlfreeCore {
  return LlfreeCore.create({ frames: 8192, rules: 'simple', treeHuge: 4, ...config });
}

/** So many blocks of an order, one after another. */
export function takeMany(
  core: LlfreeCore,
  count: number,
  order: number,
  cls = 0,
  slot = 0,
): number[] {
  return Array.from({ length: count }, () => core.get(order, cls, slot));
}

export function expectSound(core: LlfreeCore): void {
  expect(llfreeFault(core)).toBeUndefined();
}

/** Trees as `free R/class`, R where a slot has reserved it. */
export function treesOf({ tables }: LlfreeCore): string[] {
  return Array.from({ length: tables.trees }, (_, at) => {
    const { free, isReserved, class: cls } = tables.tree(at);
    return `${free}${isReserved ? 'R' : ''}/${cls}`;
  });
}
