// Host memory behind frames, through typed calls.

import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { Core, STAT_TEMPLATE_COPIES, STAT_TEMPLATE_MAPS } from '../../../src/core/index.ts';

const empty = (): Core => Core.create({ frames: 1024, objects: 1 });

describe('Backing', () => {
  it('tells of a frame and of a range', () => {
    const { backing } = empty();
    backing.touch(3, 4, false);
    expect([2, 3, 6, 7].map((pfn) => backing.isBacked(pfn))).toEqual([false, true, true, false]);
    expect(backing.count(0, 5)).toBe(2);
  });

  it('passes on whether a touch writes', () => {
    const core = empty();
    core.backing.touch(0, 8, true);
    core.backing.freezeTemplate();
    core.backing.touch(0, 3, false);
    core.backing.touch(3, 5, true);
    expect([core.stat(STAT_TEMPLATE_MAPS), core.stat(STAT_TEMPLATE_COPIES)]).toEqual([3, 5]);
    expect([core.backedFrames, core.sharedFrames, core.privateFrames]).toEqual([8, 3, 5]);
  });

  it('answers a release with what was backed', () => {
    const { backing } = empty();
    backing.touch(10, 5, true);
    expect(backing.release(8, 4)).toBe(2);
    expect(backing.count(0, 1024)).toBe(3);
  });
});

it.each([undefined, 5, {}, 'x', new Uint8Array(4)])('a set of frames is words: not %j', (set) => {
  const { backing } = empty();
  const words = new Uint32Array(32);
  for (const call of [
    () => backing.countMapped(set as never),
    () => backing.writeAll(set as never),
    () => backing.noteBacked(set as never, words),
    () => backing.noteBacked(words, set as never),
  ]) {
    expect(call).toThrow(RefusedArgument);
  }
});
