// An object's table: it grows with the highest page, its nodes come back, and each frame leads to its page.

import { describe, expect, it } from 'vitest';
import { GUEST_NODES_USED_OFFSET, NODE_ENTRIES } from '../../../../src/abi/layout.ts';
import {
  NONE,
  STATUS_BAD_ARGUMENT,
  STATUS_TABLE_FULL,
  STAT_TABLE_NODES,
} from '../../../../src/core/index.ts';
import { headerWord } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { anonymous, written } from '../../../support/region.ts';

const LEVEL_2 = NODE_ENTRIES * NODE_ENTRIES;

describe('a table', () => {
  it('has one node up to 2 MiB, then one more for each level above', () => {
    const core = bootGuest();
    const object = anonymous(core);
    const nodes = (page: number): number => {
      core.objects.touch(object, page, 1, true, 0);
      return headerWord(core, GUEST_NODES_USED_OFFSET);
    };
    // leaf; directory and leaf; two levels of directory and leaf beside the first
    expect([0, 511, 512, 513, LEVEL_2, LEVEL_2 + 1].map(nodes)).toEqual([1, 1, 3, 3, 6, 6]);
    expect(core.stat(STAT_TABLE_NODES)).toBe(6);
    const found = [0, 511, 512, 513, LEVEL_2, LEVEL_2 + 1].map((at) =>
      core.objects.frame(object, at),
    );
    expect(new Set(found).size).toBe(6);
    expect(found.every((pfn) => core.frames.object(pfn) === object)).toBe(true);
    expectSound(core);
  });

  it('that grows keeps the pages that it had', () => {
    const core = bootGuest();
    const object = written(core, NONE, 3);
    const before = [0, 1, 2].map((at) => core.objects.frame(object, at));
    core.objects.touch(object, LEVEL_2 * 3, 1, true, 0);
    expect([0, 1, 2].map((at) => core.objects.frame(object, at))).toEqual(before);
    expect(
      [3, 511, 512, LEVEL_2, LEVEL_2 * 3 + 1, 2 ** 31].map((at) => core.objects.frame(object, at)),
    ).toEqual(Array(6).fill(-1));
  });

  it('gives its nodes to the next object', () => {
    const core = bootGuest({ config: { nodes: 4 } });
    for (let round = 0; round < 3; round += 1) {
      const object = anonymous(core);
      expect(core.objects.touch(object, 511, 2, true, 0)).toBe(2);
      expect(core.objects.destroy(object, 0)).toBe(2);
    }
    expect(headerWord(core, GUEST_NODES_USED_OFFSET)).toBe(0);
    expectSound(core);
  });

  it('ends where there are no more nodes: pages so far are there, and the next can be asked for', () => {
    const core = bootGuest({ config: { nodes: 3 } });
    const object = anonymous(core);
    expect(core.objects.touch(object, 1000, 100, true, 0)).toBe(STATUS_TABLE_FULL);
    expect(core.objects.stoppedAt).toBe(1024);
    expect(core.objects.pages(object)).toBe(24);
    expectSound(core);
  });

  it('has no page past 512 GiB', () => {
    const core = bootGuest();
    const object = anonymous(core);
    expect(core.objects.touch(object, 2 ** 27, 1, true, 0)).toBe(STATUS_TABLE_FULL);
    expect(core.objects.touch(object, 2 ** 32 - 1, 2, true, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(core.objects.pages(object)).toBe(0);
    expectSound(core);
  });
});

it('what is no object has no pages and no frames', () => {
  const core = bootGuest();
  expect(core.objects.pages(3)).toBe(STATUS_BAD_ARGUMENT);
  expect(core.objects.frame(3, 0)).toBe(-1);
});
