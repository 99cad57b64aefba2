// A guest whose free memory lies in single pages between pages that can move.

import { expect } from 'vitest';
import { GFP_HIGHUSER_MOVABLE } from '../../src/abi/gfp.ts';
import {
  KIND_UNMOVABLE,
  OBJECT_ANON,
  ZONE_DMA32,
  ZONE_FREE_BY_ORDER_OFFSET,
} from '../../src/abi/layout.ts';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype.ts';
import { type Core, NONE } from '../../src/core/index.ts';
import { rawOf } from '../../src/core/raw.ts';
import { bootGuest, expectSound, holdsMovable, zoneField } from './core.ts';

/** Free 2 MiB of DMA32. */
export const hugeBlocks = (core: Core): number =>
  zoneField(core, ZONE_DMA32, ZONE_FREE_BY_ORDER_OFFSET + 36) +
  2 * zoneField(core, ZONE_DMA32, ZONE_FREE_BY_ORDER_OFFSET + 40);

/** What the watermarks keep free lies in whole blocks: take those too. */
export function takeFreeBlocks(core: Core): void {
  for (let pfn = 0; pfn < 0x10000; pfn += 512) {
    if (holdsMovable(core, pfn, 512)) continue;
    rawOf(core).contigAlloc(pfn, 512, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0);
  }
}

/** Fills the guest with one object and takes every `stride`th page out of it again. */
export function scattered(stride: number, kind: number = OBJECT_ANON): { core: Core; id: number } {
  const core = bootGuest();
  const id = rawOf(core).objectCreate(kind, NONE, GFP_HIGHUSER_MOVABLE, 0);
  rawOf(core).objectTouch(id, 0, 65_000, 1, 0);
  takeFreeBlocks(core);
  const pages = rawOf(core).objectPages(id);
  for (let at = 0; at < pages; at += stride) rawOf(core).objectTruncate(id, at, 1, 0);
  rawOf(core).drainAll();
  expectSound(core);
  expect(hugeBlocks(core)).toBe(0);
  return { core, id };
}
