// A small guest with a CZone region, and what tests of CZones ask of it.

import {
  type Core,
  type CoreConfig,
  OBJECT_ANON,
  GFP_HIGHUSER_MOVABLE,
  NONE,
} from '../../src/core/index.ts';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit.ts';
import { bootGuest, scratch } from './core.ts';

/** First frame of the region. */
export const REGION = 0x8000;
export const BLOCK: number = PAGEBLOCK_FRAMES;
export const BLOCKS = 16;
/** More than the region holds. */
export const NO_LIMIT: number = 1 << 20;

/** 64 MiB of ordinary memory, and a region of blocks that are all in the pool. */
export function bootRegion(
  block: number = BLOCK,
  blocks: number = BLOCKS,
  config: Partial<CoreConfig> = {},
): Core {
  const core = bootGuest({
    frames: 0x4000,
    spanFrames: REGION + block * blocks,
    config: { czones: 12, objects: 64, ...config },
    image: { start: 0x2000, count: 256 },
  });
  core.czones.region(REGION, block * blocks, block);
  core.czones.plug(REGION, block * blocks);
  return core;
}

/** A zone's blocks by their number in the region, in the order in which it got them. */
export function blocksOf(core: Core, zone: number): number[] {
  return core.czones.blocksOf(zone).map((pfn) => (pfn - REGION) / BLOCK);
}

/** An empty anonymous object of a zone, or of the kernel's zones. */
export function anonymous(core: Core, zone: number = NONE): number {
  return core.objects.create(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE);
}

/** An object whose first pages are written. */
export function written(core: Core, zone: number, pages: number): number {
  const object = anonymous(core, zone);
  core.objects.touch(object, 0, pages, true, 0);
  return object;
}

/** Ranges that czoneReclaim or czoneCollect answered, {start, frames}. */
export function rangesOf(core: Core, answer: number): [start: number, frames: number][] {
  const words = scratch(core, 2 * Math.max(0, answer));
  return Array.from({ length: words.length / 2 }, (_, at) => [
    words[2 * at] as number,
    words[2 * at + 1] as number,
  ]);
}
