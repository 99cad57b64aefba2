// Host memory behind frames, through typed calls.

import { describe, expect, it } from 'vitest';
import { GFP_KERNEL } from '../../../src/abi/gfp.ts';
import { STAT_RELEASED_CALLS } from '../../../src/abi/stat.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import { Core, STAT_TEMPLATE_COPIES, STAT_TEMPLATE_MAPS } from '../../../src/core/index.ts';
import { bootGuest } from '../../support/core.ts';

/** Frames that nobody uses. */
const FREE = 0x9000;

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

function touched(): Core {
  const core = bootGuest();
  core.backing.touch(FREE, 20, true);
  core.backing.touch(FREE + 30, 5, true);
  return core;
}

describe('a release page by page', () => {
  it('leaves the guest as so many calls do', () => {
    const [one, other] = [touched(), touched()];
    expect(one.backing.releasePages(FREE, 40)).toBe(25);
    for (let pfn = FREE; pfn < FREE + 40; pfn += 1) other.backing.release(pfn, 1);
    expect(one.stat(STAT_RELEASED_CALLS)).toBe(other.stat(STAT_RELEASED_CALLS));
    expect(one.hash()).toBe(other.hash());
    expect(one.backing.tookUsed).toBe(false);
  });

  it('knows whether a page that the host had memory for was in use', () => {
    const [unused, used] = [touched(), touched()];
    for (const core of [unused, used]) {
      const pfn = core.pages.alloc(GFP_KERNEL, 0, 0, 0);
      core.backing.release(pfn, 1);
      expect(core.backing.tookUsed).toBe(false);
      if (core === used) core.backing.touch(pfn, 1, true);
      core.backing.touch(pfn + 1, 1, true);
      core.backing.releasePages(pfn, 2);
      expect(core.backing.tookUsed).toBe(core === used);
    }
    expect(used.stat(STAT_RELEASED_CALLS)).toBe(3);
  });

  it('is refused outside the guest', () => {
    const core = touched();
    expect(core.backing.releasePages(core.spanFrames - 1, 2)).toBe(-1);
    expect(core.stat(STAT_RELEASED_CALLS)).toBe(0);
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
