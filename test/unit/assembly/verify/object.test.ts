// Every rule about memory objects must be able to fire: each test breaks one thing on purpose.

import { describe, expect, it } from 'vitest';
import {
  GUEST_NODES_USED_OFFSET,
  GUEST_OBJECT_COUNT_OFFSET,
  KIND_UNMOVABLE,
} from '../../../../src/abi/layout.ts';
import * as rules from '../../../../src/abi/rule.ts';
import { verify } from '../../../../src/core/index.ts';
import { bytesOf, setHeaderWord } from '../../../../src/core/raw.ts';
import {
  type Breakage,
  add,
  objectWord,
  poke,
  record,
  scene,
  state,
  unprotect,
} from '../../../support/broken.ts';

const breakages: Breakage[] = [
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
    'the number of objects',
    rules.RULE_OBJECT_COUNT,
    ({ core }) => setHeaderWord(core, GUEST_OBJECT_COUNT_OFFSET, 9),
  ],
  [
    'the number of table nodes',
    rules.RULE_NODES,
    ({ core }) => setHeaderWord(core, GUEST_NODES_USED_OFFSET, 1),
  ],
];

describe('the walk over objects', () => {
  it.each(breakages)('notices %s', (_, rule, damage) => {
    const broken = scene();
    damage(broken);
    expect(verify(broken.core)?.rule).toBe(rule);
  });
});
