// Every rule of the verify build must be able to fire: each test breaks one thing on purpose.

import { describe, expect, it } from 'vitest';
import {
  GUEST_BACKED_COUNT_OFFSET,
  GUEST_BACKED_OFFSET,
  GUEST_BALLOON_COUNT_OFFSET,
  GUEST_BALLOON_HEAD_OFFSET,
  GUEST_BLOCKS_OFFSET,
  GUEST_NODES_OFFSET,
  GUEST_NODES_USED_OFFSET,
  GUEST_OBJECTS_OFFSET,
  GUEST_OBJECT_COUNT_OFFSET,
  OBJECT_BYTES,
  PCP_LISTS_OFFSET,
  PCP_STRIDE,
  GUEST_PCPS_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_REPORTED_OFFSET,
  GUEST_REPORT_ORDER_OFFSET,
  GUEST_SHARED_COUNT_OFFSET,
  GUEST_STATES_OFFSET,
  GUEST_TEMPLATE_OFFSET,
  GUEST_ZONES_OFFSET,
  KIND_FREE,
  KIND_OFFLINE,
  KIND_UNMOVABLE,
  LIST_BYTES,
  ZONE_DMA32,
  ZONE_FREE_BY_ORDER_OFFSET,
  ZONE_FREE_HIGHATOMIC_OFFSET,
  ZONE_FREE_OFFSET,
  ZONE_ISOLATED_BLOCKS_OFFSET,
  ZONE_LISTS_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_ORDER_MASK_OFFSET,
  ZONE_PRESENT_OFFSET,
  ZONE_STRIDE,
} from '../../../../src/abi/layout.ts';
import { GFP_BALLOON, GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../../src/abi/gfp.ts';
import { OBJECT_ANON } from '../../../../src/abi/layout.ts';
import { MIGRATE_MOVABLE, MIGRATE_TYPES } from '../../../../src/abi/migratetype.ts';
import * as rules from '../../../../src/abi/rule.ts';
import { type Core, verify } from '../../../../src/core/index.ts';
import { balloonTake, bootGuest, expectSound } from '../../../support/core.ts';
import { bytesOf, headerWord, rawOf, setHeaderWord, wordsOf } from '../../../../src/core/raw.ts';

const NONE = 0xffffffff;

function word(core: Core, address: number): number {
  return wordsOf(core)[address >> 2] as number;
}

function poke(core: Core, address: number, value: number): void {
  wordsOf(core)[address >> 2] = value;
}

const zoneWord = (core: Core, offset: number): number =>
  headerWord(core, GUEST_ZONES_OFFSET) + ZONE_DMA32 * ZONE_STRIDE + offset;
const list = (core: Core, order: number, type: number): number =>
  zoneWord(core, ZONE_LISTS_OFFSET) + (order * MIGRATE_TYPES + type) * LIST_BYTES;
const record = (core: Core, pfn: number): number =>
  headerWord(core, GUEST_RECORDS_OFFSET) + pfn * 8;
const state = (core: Core, pfn: number): number => headerWord(core, GUEST_STATES_OFFSET) + pfn;
const block = (core: Core, pfn: number): number =>
  headerWord(core, GUEST_BLOCKS_OFFSET) + Math.floor(pfn / 512) * 4;

const objectWord = (core: Core, id: number, offset: number): number =>
  headerWord(core, GUEST_OBJECTS_OFFSET) + id * OBJECT_BYTES + offset;

/** Address of the first entry in the tables with this word. */
function entry(core: Core, value: number): number {
  return wordsOf(core).indexOf(value >>> 0, headerWord(core, GUEST_NODES_OFFSET) >> 2) << 2;
}

/** Turns the frame's bit in a bitmap of the header. */
function flip(core: Core, offset: number, pfn: number): void {
  const at = headerWord(core, offset) + (pfn >> 5) * 4;
  poke(core, at, word(core, at) ^ (1 << (pfn & 31)));
}

/** Clears the write-protect bit of the first entry in the tables that names the frame. */
function unprotect(core: Core, pfn: number): void {
  poke(core, entry(core, (pfn + 1) | 0x80000000), pfn + 1);
}

interface Scene {
  readonly core: Core;
  /** Head of the order-10 MOVABLE list of DMA32. */
  readonly head: number;
  readonly object: number;
  /** First page of the object. */
  readonly page: number;
  /** A page of the object that its last touch wrote. */
  readonly written: number;
}

function scene(): Scene {
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

type Breakage = [name: string, rule: number, damage: (scene: Scene) => void];

const add = (core: Core, address: number, by: number): void =>
  poke(core, address, word(core, address) + by);

const breakages: Breakage[] = [
  ['a link back', rules.RULE_LIST_LINK, ({ core, head }) => poke(core, record(core, head) + 4, 7)],
  [
    'a link forward',
    rules.RULE_LIST_LINK,
    ({ core, head }) => poke(core, record(core, head), NONE),
  ],
  ['a wild link', rules.RULE_LIST_LINK, ({ core, head }) => poke(core, record(core, head), 1e9)],
  ['a ring', rules.RULE_FRAME_TWICE, ({ core, head }) => poke(core, record(core, head), head)],
  [
    'a state byte',
    rules.RULE_LIST_STATE,
    ({ core, head }) => void (bytesOf(core)[state(core, head)] = KIND_FREE | 9),
  ],
  [
    'the zone of a block',
    rules.RULE_LIST_ZONE,
    ({ core, head }) => poke(core, block(core, head), MIGRATE_MOVABLE),
  ],
  [
    'the type of a block',
    rules.RULE_LIST_TYPE,
    ({ core, head }) => poke(core, block(core, head), word(core, block(core, head)) & ~7),
  ],
  [
    'a mask',
    rules.RULE_ORDER_MASK,
    ({ core }) => poke(core, zoneWord(core, ZONE_ORDER_MASK_OFFSET + 4 * MIGRATE_MOVABLE), 0),
  ],
  [
    'nr_free',
    rules.RULE_FREE_BY_ORDER,
    ({ core }) => add(core, zoneWord(core, ZONE_FREE_BY_ORDER_OFFSET + 40), 1),
  ],
  [
    'NR_FREE_PAGES',
    rules.RULE_FREE_COUNT,
    ({ core }) => add(core, zoneWord(core, ZONE_FREE_OFFSET), 1),
  ],
  [
    'free highatomic',
    rules.RULE_FREE_HIGHATOMIC,
    ({ core }) => add(core, zoneWord(core, ZONE_FREE_HIGHATOMIC_OFFSET), 1),
  ],
  ['present', rules.RULE_PRESENT, ({ core }) => add(core, zoneWord(core, ZONE_PRESENT_OFFSET), 1)],
  ['managed', rules.RULE_MANAGED, ({ core }) => add(core, zoneWord(core, ZONE_MANAGED_OFFSET), -1)],
  [
    'isolated blocks',
    rules.RULE_ISOLATED_BLOCKS,
    ({ core }) => add(core, zoneWord(core, ZONE_ISOLATED_BLOCKS_OFFSET), 1),
  ],
  [
    'a reported frame in use',
    rules.RULE_REPORTED,
    ({ core, page }) => {
      setHeaderWord(core, GUEST_REPORT_ORDER_OFFSET, 9);
      const at = headerWord(core, GUEST_REPORTED_OFFSET) + (page >> 5) * 4;
      poke(core, at, word(core, at) | (1 << (page & 31)));
    },
  ],
  [
    'a per-cpu count',
    rules.RULE_PCP_COUNT,
    ({ core }) => add(core, headerWord(core, GUEST_PCPS_OFFSET), 1),
  ],
  [
    'a frame that fell off',
    rules.RULE_FRAME_NOWHERE,
    ({ core }) => void (bytesOf(core)[state(core, 0x8000)] = KIND_FREE),
  ],
  [
    'a byte inside a block',
    rules.RULE_BLOCK_INTERIOR,
    ({ core, head }) => void (bytesOf(core)[state(core, head + 5)] = KIND_UNMOVABLE),
  ],
  [
    'memory in a hole',
    rules.RULE_FRAME_ZONE,
    ({ core }) => void (bytesOf(core)[state(core, 0)] = KIND_OFFLINE),
  ],
  [
    'the backed count',
    rules.RULE_BACKED_COUNT,
    ({ core }) => setHeaderWord(core, GUEST_BACKED_COUNT_OFFSET, 1),
  ],
  [
    'a backed bit',
    rules.RULE_BACKED_COUNT,
    ({ core, head }) => {
      const at = headerWord(core, GUEST_BACKED_OFFSET) + (head >> 5) * 4;
      poke(core, at, word(core, at) ^ 1);
    },
  ],
  [
    'the shared count',
    rules.RULE_SHARED_COUNT,
    ({ core }) => setHeaderWord(core, GUEST_SHARED_COUNT_OFFSET, 1),
  ],
  [
    'the index in a record',
    rules.RULE_OBJECT_RECORD,
    ({ core, page }) => add(core, record(core, page) + 4, 1),
  ],
  [
    'the owner in a record',
    rules.RULE_OBJECT_RECORD,
    ({ core, page }) => add(core, record(core, page), 9),
  ],
  ['a map count', rules.RULE_MAP_COUNT, ({ core, page }) => add(core, record(core, page), 1 << 20)],
  [
    'an object page marked as something else',
    rules.RULE_OBJECT_ENTRY,
    ({ core, page }) => void (bytesOf(core)[state(core, page)] = KIND_UNMOVABLE),
  ],
  [
    'the page count of an object',
    rules.RULE_OBJECT_PAGES,
    ({ core, object }) => add(core, objectWord(core, object, 16), 1),
  ],
  [
    'an entry past the end of its object',
    rules.RULE_OBJECT_ENTRIES,
    ({ core, object }) => poke(core, objectWord(core, object, 12), 5),
  ],
  [
    'a ring of kin',
    rules.RULE_KIN,
    ({ core, object }) => poke(core, objectWord(core, object, 28), 40),
  ],
  [
    'a shared page that one side may write',
    rules.RULE_WRITE_PROTECTED,
    ({ core, page }) => unprotect(core, page),
  ],
  [
    'a page gone that a memo claims',
    rules.RULE_MEMO_READ,
    ({ core, object, written }) => {
      poke(core, entry(core, written + 1), 0);
      add(core, objectWord(core, object, 16), -1);
    },
  ],
  [
    'host memory gone that a memo claims',
    rules.RULE_MEMO_READ,
    ({ core, written }) => flip(core, GUEST_BACKED_OFFSET, written),
  ],
  [
    "the template's copy where a memo claims private memory",
    rules.RULE_MEMO_WRITTEN,
    ({ core, written }) => flip(core, GUEST_TEMPLATE_OFFSET, written),
  ],
  [
    'a page write-protected that a memo claims to be written',
    rules.RULE_MEMO_WRITTEN,
    ({ core, written }) => poke(core, entry(core, written + 1), (written + 1) | 0x80000000),
  ],
  [
    'the number of objects',
    rules.RULE_OBJECT_COUNT,
    ({ core }) => setHeaderWord(core, GUEST_OBJECT_COUNT_OFFSET, 9),
  ],
  [
    'the number of table nodes',
    rules.RULE_NODES,
    ({ core }) => setHeaderWord(core, GUEST_NODES_USED_OFFSET, 1),
  ],
  [
    'a balloon page marked as something else',
    rules.RULE_BALLOON_LIST,
    ({ core }) => {
      balloonTake(core, 3, 0, GFP_BALLOON, 0);
      const pfn = headerWord(core, GUEST_BALLOON_HEAD_OFFSET);
      bytesOf(core)[state(core, pfn)] = KIND_UNMOVABLE;
    },
  ],
  [
    'the balloon count',
    rules.RULE_BALLOON_COUNT,
    ({ core }) => setHeaderWord(core, GUEST_BALLOON_COUNT_OFFSET, 2),
  ],
  [
    'a page on a per-cpu list marked as in use',
    rules.RULE_PCP_MEMBER,
    ({ core }) => {
      const pcp = headerWord(core, GUEST_PCPS_OFFSET) + ZONE_DMA32 * PCP_STRIDE;
      const pfn = word(core, pcp + PCP_LISTS_OFFSET + 8 * MIGRATE_MOVABLE);
      bytesOf(core)[state(core, pfn)] = KIND_UNMOVABLE;
    },
  ],
];

describe('verifyAll', () => {
  it('finds nothing wrong with a sound guest', () => {
    expect(verify(scene().core)).toBeUndefined();
  });

  it.each(breakages)('notices %s', (_, rule, damage) => {
    const broken = scene();
    damage(broken);
    expect(verify(broken.core)?.rule).toBe(rule);
  });

  it('is not in the release build', () => {
    const core = bootGuest({ config: { build: 'release' } });
    expect(() => verify(core)).toThrow(/release build/);
  });
});
