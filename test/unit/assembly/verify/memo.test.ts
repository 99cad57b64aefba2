// What a memo claims is looked at, page by page: each test takes one claim's ground away.

import { describe, expect, it } from 'vitest';
import { GUEST_BACKED_OFFSET, GUEST_TEMPLATE_OFFSET } from '../../../../src/abi/layout.ts';
import * as rules from '../../../../src/abi/rule.ts';
import { verify } from '../../../../src/core/index.ts';
import {
  type Breakage,
  add,
  entry,
  flip,
  objectWord,
  poke,
  scene,
} from '../../../support/broken.ts';

const breakages: Breakage[] = [
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
];

describe('the look at memos', () => {
  it.each(breakages)('notices %s', (_, rule, damage) => {
    const broken = scene();
    damage(broken);
    expect(verify(broken.core)?.rule).toBe(rule);
  });
});
