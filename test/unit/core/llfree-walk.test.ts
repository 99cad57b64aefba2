// The walk finds what is wrong in LLFree's tables: each table is broken once.

import { describe, expect, it } from 'vitest';
import {
  LLFREE_BASE,
  LLFREE_ENTRIES_OFFSET,
  LLFREE_FIELDS_OFFSET,
  LLFREE_SLOTS_OFFSET,
  LLFREE_TREE_WORDS_OFFSET,
} from '../../../src/abi/llfree.ts';
import { LlfreeCore, llfreeFault } from '../../../src/core/index.ts';
import { instantiateLlfree } from '../../../src/core/instantiate.ts';
import { LlfreeTables } from '../../../src/core/llfree-tables.ts';

/** Four trees of four huge frames, a slot with the last one; and the words to break it. */
function scene(): {
  fault: () => string | undefined;
  flip: (offset: number, bits: number) => void;
} {
  const raw = instantiateLlfree();
  raw.llfreeCreate(8192, 1, 2, 0, 0);
  raw.llfreeGet(0, 0, 0, -1);
  raw.llfreeGet(9, 1, 0, -1);
  const { buffer } = raw.memory;
  const words = new Uint32Array(buffer);
  return {
    fault: () =>
      llfreeFault({ tables: new LlfreeTables(buffer, false), isToday: true } as LlfreeCore),
    flip: (offset, bits) => {
      const at = ((words[(LLFREE_BASE + offset) >> 2] as number) >> 2) + (bits > 0xffff ? 1 : 0);
      words[at] = (words[at] as number) ^ (bits & 0xffff);
    },
  };
}

describe('llfreeFault', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(scene().fault()).toBeUndefined();
  });

  it.each([
    ['a bit of a huge frame that is allocated as one', LLFREE_FIELDS_OFFSET, 1, /^huge frame 0 is/],
    ['a count of such a huge frame', LLFREE_ENTRIES_OFFSET, 1, /^huge frame 0 is allocated/],
    ['a mark of a huge frame', LLFREE_ENTRIES_OFFSET, 0x8000, /^huge frame 0 counts/],
    ['a count of a tree', LLFREE_TREE_WORDS_OFFSET, 1, /^tree 0 counts/],
  ])('finds %s', (_what, offset, bits, text) => {
    const { fault, flip } = scene();
    flip(offset, bits);
    expect(fault()).toMatch(text);
  });

  it('finds a reserved tree without its slot', () => {
    const raw = instantiateLlfree();
    raw.llfreeCreate(8192, 1, 2, 0, 0);
    raw.llfreeGet(0, 0, 0, -1);
    const words = new Uint32Array(raw.memory.buffer);
    const slots = words[(LLFREE_BASE + LLFREE_SLOTS_OFFSET) >> 2] as number;
    words[(slots + 256) >> 2] = 0;
    const tables = new LlfreeTables(raw.memory.buffer, false);
    expect(llfreeFault({ tables, isToday: true } as LlfreeCore)).toBe('tree 3 has 0 slots');
  });
});
