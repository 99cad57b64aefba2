// Neighbouring pages, as a balloon's host asks for them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GFP_KERNEL } from '../../../src/abi/gfp.ts';
import { STAT_RELEASED_CALLS } from '../../../src/abi/stat.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import { type Core, KIND_HOLE, hasHole, releasePages } from '../../../src/core/index.ts';
import { bootGuest } from '../../support/core.ts';

/** Frames that nobody uses. */
const FREE = 0x9000;

describe('a look for holes', () => {
  it('finds a hole in a range wherever the range begins and ends', () => {
    const core = bootGuest({ spanFrames: 0x20000 });
    const end = 0x1_0020;
    const holes = Array.from({ length: end }, (_, pfn) => core.frames.kind(pfn) === KIND_HOLE);
    expect(holes.filter(Boolean).length).toBeGreaterThan(96);
    const range = fc.record({
      start: fc.oneof(fc.nat(300), fc.integer({ min: 0xfff0, max: 0x1_0000 })),
      count: fc.nat(20),
    });
    fc.assert(
      fc.property(range, ({ start, count }) => {
        expect(hasHole(core, start, count)).toBe(holes.slice(start, start + count).includes(true));
      }),
      { numRuns: 300 },
    );
    expect(() => hasHole(core, 0x1_fff0, 0x20)).toThrow(RefusedArgument);
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
    expect(releasePages(one, FREE, 40)).toBe(25);
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
      releasePages(core, pfn, 2);
      expect(core.backing.tookUsed).toBe(core === used);
    }
    expect(used.stat(STAT_RELEASED_CALLS)).toBe(3);
  });

  it('is refused outside the guest', () => {
    const core = touched();
    expect(releasePages(core, core.spanFrames - 1, 2)).toBe(-1);
    expect(core.stat(STAT_RELEASED_CALLS)).toBe(0);
  });
});
