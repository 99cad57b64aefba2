// A guest in which a test breaks one thing on purpose, to see that the verify build's walk notices.

import { expect } from 'vitest';
import {
  GUEST_BLOCKS_OFFSET,
  GUEST_NODES_OFFSET,
  GUEST_OBJECTS_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_STATES_OFFSET,
  GUEST_ZONES_OFFSET,
  LIST_BYTES,
  OBJECT_ANON,
  OBJECT_BYTES,
  ZONE_DMA32,
  ZONE_LISTS_OFFSET,
  ZONE_STRIDE,
} from '../../src/abi/layout.ts';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../src/abi/gfp.ts';
import { MIGRATE_MOVABLE, MIGRATE_TYPES } from '../../src/abi/migratetype.ts';
import { type Core, NONE } from '../../src/core/index.ts';
import { headerWord, rawOf, wordsOf } from '../../src/core/raw.ts';
import { bootGuest, expectSound } from './core.ts';

export function word(core: Core, address: number): number {
  return wordsOf(core)[address >> 2] as number;
}

export function poke(core: Core, address: number, value: number): void {
  wordsOf(core)[address >> 2] = value;
}

export const zoneWord = (core: Core, offset: number): number =>
  headerWord(core, GUEST_ZONES_OFFSET) + ZONE_DMA32 * ZONE_STRIDE + offset;
export const list = (core: Core, order: number, type: number): number =>
  zoneWord(core, ZONE_LISTS_OFFSET) + (order * MIGRATE_TYPES + type) * LIST_BYTES;
export const record = (core: Core, pfn: number): number =>
  headerWord(core, GUEST_RECORDS_OFFSET) + pfn * 8;
export const state = (core: Core, pfn: number): number =>
  headerWord(core, GUEST_STATES_OFFSET) + pfn;
export const block = (core: Core, pfn: number): number =>
  headerWord(core, GUEST_BLOCKS_OFFSET) + Math.floor(pfn / 512) * 4;

export const objectWord = (core: Core, id: number, offset: number): number =>
  headerWord(core, GUEST_OBJECTS_OFFSET) + id * OBJECT_BYTES + offset;

/** Address of the first entry in the tables with this word. */
export function entry(core: Core, value: number): number {
  return wordsOf(core).indexOf(value >>> 0, headerWord(core, GUEST_NODES_OFFSET) >> 2) << 2;
}

/** Turns the frame's bit in a bitmap of the header. */
export function flip(core: Core, offset: number, pfn: number): void {
  const at = headerWord(core, offset) + (pfn >> 5) * 4;
  poke(core, at, word(core, at) ^ (1 << (pfn & 31)));
}

/** Clears the write-protect bit of the first entry in the tables that names the frame. */
export function unprotect(core: Core, pfn: number): void {
  poke(core, entry(core, (pfn + 1) | 0x80000000), pfn + 1);
}

export interface Scene {
  readonly core: Core;
  /** Head of the order-10 MOVABLE list of DMA32. */
  readonly head: number;
  readonly object: number;
  /** First page of the object. */
  readonly page: number;
  /** A page of the object that its last touch wrote. */
  readonly written: number;
}

export function scene(): Scene {
  const core = bootGuest({ config: { czones: 4 } });
  const raw = rawOf(core);
  const object = raw.objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
  expect(raw.objectTouch(object, 0, 600, 1, 0)).toBe(600);
  expect(raw.objectFork(object, NONE, 0, 0)).toBeGreaterThan(object);
  expect(raw.objectTouch(object, 10, 5, 1, 1)).toBe(0);
  expect(raw.allocPages(GFP_KERNEL, 2, 0, 0)).toBeGreaterThan(0);
  expectSound(core);
  const head = word(core, list(core, 10, MIGRATE_MOVABLE));
  const written = raw.objectFrame(object, 12);
  return { core, head, object, page: raw.objectFrame(object, 0), written };
}

export type Breakage = [name: string, rule: number, damage: (scene: Scene) => void];

export const add = (core: Core, address: number, by: number): void =>
  poke(core, address, word(core, address) + by);
