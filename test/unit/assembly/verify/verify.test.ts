// Every rule of the verify build must be able to fire: each test breaks one thing on purpose.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  GUEST_BALLOON_COUNT_OFFSET,
  GUEST_BALLOON_HEAD_OFFSET,
  GUEST_PCPS_OFFSET,
  KIND_FREE,
  KIND_UNMOVABLE,
  PCP_LISTS_OFFSET,
  PCP_STRIDE,
  ZONE_DMA32,
  ZONE_FREE_BY_ORDER_OFFSET,
  ZONE_FREE_HIGHATOMIC_OFFSET,
  ZONE_FREE_OFFSET,
  ZONE_ORDER_MASK_OFFSET,
} from '../../../../src/abi/layout.ts';
import { GFP_BALLOON } from '../../../../src/abi/gfp.ts';
import { MIGRATE_MOVABLE } from '../../../../src/abi/migratetype.ts';
import * as rules from '../../../../src/abi/rule.ts';
import { NONE, verify } from '../../../../src/core/index.ts';
import { bytesOf, headerWord, setHeaderWord } from '../../../../src/core/raw.ts';
import { balloonTake, bootGuest } from '../../../support/core.ts';
import {
  type Breakage,
  add,
  block,
  list,
  poke,
  record,
  scene,
  state,
  word,
  zoneWord,
} from '../../../support/broken.ts';

const breakages: Breakage[] = [
  [
    'a block that is not aligned to its size',
    rules.RULE_LIST_ALIGNMENT,
    ({ core, head }) => {
      const next = word(core, record(core, head));
      poke(core, list(core, 10, MIGRATE_MOVABLE), head + 1);
      poke(core, record(core, head + 1), next);
      poke(core, record(core, head + 1) + 4, NONE);
      poke(core, record(core, next) + 4, head + 1);
      bytesOf(core)[state(core, head + 1)] = KIND_FREE | 10;
    },
  ],
  [
    'two halves of a block that have not merged',
    rules.RULE_UNMERGED,
    ({ core, head }) => {
      poke(core, list(core, 9, MIGRATE_MOVABLE), head);
      poke(core, list(core, 9, MIGRATE_MOVABLE) + 4, head);
      poke(core, record(core, head), NONE);
      poke(core, record(core, head) + 4, NONE);
      for (const at of [head, head + 512]) bytesOf(core)[state(core, at)] = KIND_FREE | 9;
    },
  ],
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
  [
    'a per-cpu count',
    rules.RULE_PCP_COUNT,
    ({ core }) => add(core, headerWord(core, GUEST_PCPS_OFFSET), 1),
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

  it('has no rule that no test breaks', () => {
    const files = ['verify', 'frame', 'object', 'memo', 'block', 'llfree'];
    const text = files
      .map((name) => readFileSync(new URL(`${name}.test.ts`, import.meta.url), 'utf8'))
      .join('');
    const untried = Object.keys(rules).filter((rule) => !new RegExp(`\\b${rule},`).test(text));
    expect(untried).toEqual([]);
  });

  it('is not in the release build', () => {
    const core = bootGuest({ config: { build: 'release' } });
    expect(() => verify(core)).toThrow(/release build/);
  });
});
