/** The walk over LLFree's tables finds what was changed by hand. */
import { describe, expect, it } from 'vitest';
import { GUEST_STATES_OFFSET, KIND_KERNEL, ZONE_DMA32 } from '../../../../src/abi/layout.ts';
import {
  LLFREE_ENTRIES_OFFSET,
  LLFREE_FIELDS_OFFSET,
  LLFREE_TREE_WORDS_OFFSET,
} from '../../../../src/abi/llfree.ts';
import {
  RULE_FREE_COUNT,
  RULE_LIST_STATE,
  RULE_LLFREE_ENTRY,
  RULE_LLFREE_TREE,
} from '../../../../src/abi/rule.ts';
import { type Core, verify } from '../../../../src/core/index.ts';
import { bytesOf, headerWord, wordsOf } from '../../../../src/core/raw.ts';
import { anonymous, expectSoundCore, llfreeGuest, tableOf } from '../../../support/llfree-guest.ts';

function busyCore(): Core {
  const { core } = llfreeGuest(64);
  core.objects.touch(anonymous(core), 0, 900, true, 0);
  expectSoundCore(core);
  return core;
}

/** Turns the lowest bit of a table's element. */
function spoil(table: Uint8Array | Uint32Array, at: number): void {
  table[at] = (table[at] as number) ^ 1;
}

describe('the walk over LLFree’s tables finds', () => {
  it('a bit of a field that its entry does not count', () => {
    const core = busyCore();
    spoil(bytesOf(core), tableOf(core, LLFREE_FIELDS_OFFSET) + 64 * 20);
    expect(verify(core)?.rule).toBe(RULE_LLFREE_ENTRY);
  });

  it('an entry that counts one more or less', () => {
    const core = busyCore();
    spoil(wordsOf(core), (tableOf(core, LLFREE_ENTRIES_OFFSET) >>> 2) + 16);
    expect(verify(core)?.rule).toBe(RULE_LLFREE_ENTRY);
  });

  it('a tree that counts other than its entries', () => {
    const core = busyCore();
    spoil(bytesOf(core), tableOf(core, LLFREE_TREE_WORDS_OFFSET) + 4);
    expect(verify(core)?.rule).toBe(RULE_LLFREE_TREE);
  });

  it('a frame that is free in the tables alone', () => {
    const core = busyCore();
    bytesOf(core)[headerWord(core, GUEST_STATES_OFFSET) + 14_000] = KIND_KERNEL;
    expect(verify(core)?.rule).toBe(RULE_LIST_STATE);
  });

  it('a zone that counts other than its tables', () => {
    const core = busyCore();
    const zone = core.zone(ZONE_DMA32);
    const words = wordsOf(core);
    const at = words.indexOf(zone.free);
    words[at] = zone.free + 1;
    expect(verify(core)?.rule).toBe(RULE_FREE_COUNT);
  });
});
