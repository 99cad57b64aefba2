// The allocators that one vector runs on: the core, and the model that it is compared with everywhere else.

import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_RECLAIMABLE } from '../../src/abi/gfp.ts';
import type { AllocatorUnderTest } from './allocator.ts';
import { CoreAllocator } from './core-allocator.ts';
import { Model } from './model.ts';

export const ALLOCATORS: readonly (readonly [string, () => AllocatorUnderTest])[] = [
  ['core', () => new CoreAllocator()],
  ['model', () => new Model()],
];

/** A mask for a request of each migratetype, by number: UNMOVABLE, MOVABLE, RECLAIMABLE. */
export const GFP_OF_TYPE: readonly number[] = [
  GFP_KERNEL,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL | GFP_RECLAIMABLE,
];

/** One block of a type for CPU 0. */
export function take(allocator: AllocatorUnderTest, order: number, type: number): number {
  return allocator.allocPages(GFP_OF_TYPE[type] ?? 0, order, 0);
}
