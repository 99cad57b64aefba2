// Every rule about pageblocks, CZones and their pool must be able to fire: each test breaks one thing on purpose.

import {
  GUEST_BLOCKS_OFFSET,
  GUEST_OBJECTS_OFFSET,
  GUEST_ZONES_OFFSET,
  KIND_OBJECT,
  OBJECT_BYTES,
  PAGEBLOCK_ZONE_SHIFT,
  RECORD_OBJECT_BITS,
  ZONE_DMA32,
  ZONE_ISOLATED_BLOCKS_OFFSET,
  ZONE_BACKED_FREE_OFFSET,
  ZONE_BLOCKS_OFFSET,
  ZONE_LAST_BLOCK_OFFSET,
  ZONE_LIMIT_OFFSET,
  ZONE_SHARED_OUT_OFFSET,
  ZONE_STATE_OFFSET,
  ZONE_STRIDE,
} from '../../../../src/abi/layout.ts';
import {
  CZONE_DYING,
  ZONE_FIRST_OBJECT_OFFSET,
  ZONE_OBJECT_FRAMES_OFFSET,
  ZONE_OUTSIDE_OFFSET,
  ZONE_RECLAIMING_OFFSET,
} from '../../../../src/abi/czone.ts';
import { describe, expect, it } from 'vitest';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  NONE,
  OBJECT_ANON,
  RULE_CZONE_BACKED_FREE,
  RULE_CZONE_BLOCKS,
  RULE_CZONE_CHAIN,
  RULE_CZONE_DYING,
  RULE_CZONE_FOREIGN_WRITE,
  RULE_CZONE_OBJECTS,
  RULE_CZONE_OUTSIDE,
  RULE_CZONE_POOL,
  RULE_CZONE_RECLAIMING,
  RULE_CZONE_SHARED_OUT,
  RULE_CZONE_SIZE,
  RULE_CZONE_STRAY,
  RULE_ISOLATED_BLOCKS,
  RULE_MAP_COUNT,
  RULE_OBJECT_ZONE,
  verify,
} from '../../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { bytesOf, headerWord, rawOf, wordsOf } from '../../../../src/core/raw.ts';
import { poke, record, state } from '../../../support/broken.ts';

const POOL_POINTER_OFFSET = 212;
const NODES_POINTER_OFFSET = 72;

interface Scene {
  readonly core: Core;
  /** Owner of the pages, and the zone of a child that shares some of them. */
  readonly zone: number;
  readonly other: number;
}

function scene(): Scene {
  const core = bootGuest({
    frames: 0x4000,
    spanFrames: 0xa000,
    config: { czones: 4 },
    image: { start: 0x2000, count: 256 },
  });
  const raw = rawOf(core);
  raw.czoneRegion(0x8000, 0x2000, 512);
  raw.czonePlug(0x8000, 0x2000);
  const zone = raw.czoneCreate(0, 4096, 2);
  const other = raw.czoneCreate(1, 4096, 1);
  const object = raw.objectCreate(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE, 0);
  raw.objectTouch(object, 0, 300, 1, 0);
  raw.objectFork(object, other, 0, 0);
  raw.objectTruncate(object, 200, 20, 0);
  raw.objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
  expectSound(core);
  return { core, zone, other };
}

function add(core: Core, zone: number, offset: number, by: number): void {
  const at = (headerWord(core, GUEST_ZONES_OFFSET) + zone * ZONE_STRIDE + offset) >> 2;
  wordsOf(core)[at] = (wordsOf(core)[at] as number) + by;
}

function field(name: string, rule: number, offset: number, by = 1): Breakage {
  return [name, rule, ({ core, zone }) => add(core, zone, offset, by)];
}

type Breakage = [name: string, rule: number, damage: (scene: Scene) => void];

const breakages: Breakage[] = [
  [
    'isolated blocks',
    RULE_ISOLATED_BLOCKS,
    ({ core }) => add(core, ZONE_DMA32, ZONE_ISOLATED_BLOCKS_OFFSET, 1),
  ],
  field('the last block', RULE_CZONE_CHAIN, ZONE_LAST_BLOCK_OFFSET, 512),
  field('the number of blocks', RULE_CZONE_BLOCKS, ZONE_BLOCKS_OFFSET),
  field('a limit below the size', RULE_CZONE_SIZE, ZONE_LIMIT_OFFSET, -4000),
  field('free backed frames', RULE_CZONE_BACKED_FREE, ZONE_BACKED_FREE_OFFSET),
  field('entries of others', RULE_CZONE_SHARED_OUT, ZONE_SHARED_OUT_OFFSET),
  field('entries elsewhere', RULE_CZONE_OUTSIDE, ZONE_OUTSIDE_OFFSET),
  field('frames of objects', RULE_CZONE_OBJECTS, ZONE_OBJECT_FRAMES_OFFSET),
  field('the list of objects', RULE_CZONE_OBJECTS, ZONE_FIRST_OBJECT_OFFSET, 2),
  field('frames out for reclaim', RULE_CZONE_RECLAIMING, ZONE_RECLAIMING_OFFSET),
  field('a dying zone with objects', RULE_CZONE_DYING, ZONE_STATE_OFFSET, CZONE_DYING - 1),
  [
    'a pageblock of no block of the zone',
    RULE_CZONE_STRAY,
    ({ core, zone }) => {
      const at = headerWord(core, GUEST_BLOCKS_OFFSET) + (0x9000 / 512) * 4;
      wordsOf(core)[at >> 2] = zone << PAGEBLOCK_ZONE_SHIFT;
    },
  ],
  [
    'an object of one zone with pages in another',
    RULE_OBJECT_ZONE,
    ({ core, zone, other }) => {
      const object = rawOf(core).objectCreate(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE, 0);
      rawOf(core).objectTouch(object, 0, 1, 1, 0);
      const at = headerWord(core, GUEST_OBJECTS_OFFSET) + object * OBJECT_BYTES + 4;
      wordsOf(core)[at >> 2] = other;
    },
  ],
  [
    'the pool',
    RULE_CZONE_POOL,
    ({ core }) => {
      const map = (headerWord(core, POOL_POINTER_OFFSET) + 64) >> 2;
      wordsOf(core)[map] = (wordsOf(core)[map] as number) ^ 0x80;
    },
  ],
  [
    'an object page of a CZone that no object maps',
    RULE_MAP_COUNT,
    ({ core, zone }) => {
      const pfn = rawOf(core).czoneAllocPages(zone, GFP_HIGHUSER_MOVABLE, 0, 0);
      bytesOf(core)[state(core, pfn)] = KIND_OBJECT;
      poke(core, record(core, pfn), 1 << RECORD_OBJECT_BITS);
    },
  ],
  [
    'a writable page in a foreign zone',
    RULE_CZONE_FOREIGN_WRITE,
    ({ core }) => {
      // The owner lets go of page 299, so that the child alone maps it; then the child's entry loses its mark.
      rawOf(core).objectTruncate(0, 299, 1, 0);
      const words = wordsOf(core);
      const first = headerWord(core, NODES_POINTER_OFFSET) >> 2;
      const pfn = rawOf(core).objectFrame(1, 299);
      const at = words.subarray(first).indexOf((pfn + 1 + 0x80000000) >>> 0);
      words[first + at] = pfn + 1;
    },
  ],
];

describe('the walk over blocks', () => {
  it.each(breakages)('notices %s', (_, rule, damage) => {
    const broken = scene();
    damage(broken);
    expect(verify(broken.core)?.rule).toBe(rule);
  });
});
