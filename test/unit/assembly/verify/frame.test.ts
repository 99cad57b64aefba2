// Every rule about single frames must be able to fire: each test breaks one thing on purpose.

import { describe, expect, it } from 'vitest';
import {
  GUEST_BACKED_COUNT_OFFSET,
  GUEST_BACKED_OFFSET,
  GUEST_REPORTED_OFFSET,
  GUEST_REPORT_ORDER_OFFSET,
  GUEST_SHARED_COUNT_OFFSET,
  KIND_FREE,
  KIND_OFFLINE,
  KIND_UNMOVABLE,
  ZONE_MANAGED_OFFSET,
  ZONE_PRESENT_OFFSET,
} from '../../../../src/abi/layout.ts';
import * as rules from '../../../../src/abi/rule.ts';
import { verify } from '../../../../src/core/index.ts';
import { bytesOf, headerWord, setHeaderWord } from '../../../../src/core/raw.ts';
import {
  type Breakage,
  add,
  poke,
  record,
  scene,
  state,
  word,
  zoneWord,
} from '../../../support/broken.ts';

const breakages: Breakage[] = [
  ['present', rules.RULE_PRESENT, ({ core }) => add(core, zoneWord(core, ZONE_PRESENT_OFFSET), 1)],
  ['managed', rules.RULE_MANAGED, ({ core }) => add(core, zoneWord(core, ZONE_MANAGED_OFFSET), -1)],
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
  ['a map count', rules.RULE_MAP_COUNT, ({ core, page }) => add(core, record(core, page), 1 << 20)],
];

describe('the walk over frames', () => {
  it.each(breakages)('notices %s', (_, rule, damage) => {
    const broken = scene();
    damage(broken);
    expect(verify(broken.core)?.rule).toBe(rule);
  });
});
