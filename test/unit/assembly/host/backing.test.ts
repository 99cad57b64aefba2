// What the host holds behind frames: fresh pages, the template's, and what it takes back.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Core,
  STAT_BACKED_FAULTS,
  STAT_BACKED_PAGES,
  STAT_RELEASED_CALLS,
  STAT_RELEASED_PAGES,
  STAT_REUSED_BACKED_PAGES,
  STAT_TEMPLATE_COPIES,
  STAT_TEMPLATE_MAPS,
  THP_ORDER,
  KIND_FREE,
} from '../../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { anonymous } from '../../../support/region.ts';
import { RefusedArgument } from '../../../../src/check/index.ts';
import { type MicroVm } from '../../../../src/vmm/index.ts';
import {
  MIB_FRAMES,
  expectSound as expectSoundVm,
  testGuest,
  testVmm,
} from '../../../support/vm.ts';

const FRAMES = 4096;
const empty = (): Core => Core.create({ frames: FRAMES, objects: 4, build: 'verify' });
const statsOf = (core: Core, ...stats: number[]): number[] => stats.map((stat) => core.stat(stat));

describe('a touch', () => {
  it('of a frame without host memory takes a fresh page, read or written, once', () => {
    for (const isWrite of [true, false]) {
      const core = empty();
      core.backing.touch(10, 5, isWrite);
      core.backing.touch(12, 5, isWrite);
      expect(statsOf(core, STAT_BACKED_FAULTS, STAT_BACKED_PAGES)).toEqual([7, 7]);
      expect([core.backedFrames, core.privateFrames]).toEqual([7, 7]);
    }
  });

  it('backs a whole host page where those are huge, and counts what was not backed', () => {
    const core = empty();
    core.backing.touch(600, 100, true);
    core.setBackingOrder(THP_ORDER);
    core.backing.touch(1000, 3, false);
    expect(core.backing.count(512, 512)).toBe(512);
    expect(core.backedFrames).toBe(512);
    expect(statsOf(core, STAT_BACKED_FAULTS, STAT_BACKED_PAGES)).toEqual([101, 512]);
  });

  it('outside memory is refused', () => {
    const core = empty();
    expect(core.backing.touch(FRAMES, 1, true)).toBe(-1);
    expect(core.backing.touch(FRAMES - 1, 2, true)).toBe(-1);
    expect(core.backing.release(FRAMES - 1, 2)).toBe(-1);
    expect(core.backing.count(FRAMES, 0)).toBe(-1);
    expect(core.backing.isBacked(FRAMES)).toBe(false);
    expect(core.backedFrames).toBe(0);
  });
});

/** Frames 0 to 99 are its image. */
function template(): Core {
  const core = empty();
  core.backing.touch(0, 100, true);
  core.backing.freezeTemplate();
  return core;
}

/** A guest with some of everything, and what is done to ranges of it: at once, or frame by frame. */
function touchedBy(ranges: readonly Range[], isWhole: boolean): Core {
  const core = empty();
  core.backing.touch(0, 1500, true);
  core.backing.freezeTemplate();
  for (const { start, frames, deed } of ranges) {
    const count = Math.min(frames, FRAMES - start);
    const step = isWhole || deed === 'release' ? count : 1;
    for (let at = start; at < start + count; at += step) {
      if (deed === 'release') core.backing.release(at, step);
      else core.backing.touch(at, step, deed === 'write');
    }
  }
  return core;
}

interface Range {
  readonly start: number;
  readonly frames: number;
  readonly deed: 'read' | 'write' | 'release';
}

const ranges: fc.Arbitrary<Range[]> = fc.array(
  fc.record({
    start: fc.integer({ min: 0, max: 1999 }),
    frames: fc.integer({ min: 1, max: 300 }),
    deed: fc.constantFrom('read', 'write', 'release'),
  }),
  { minLength: 1, maxLength: 30 },
);

describe('a touch of many frames', () => {
  it('leaves what as many touches of single frames leave', () => {
    fc.assert(
      fc.property(ranges, (plan) => {
        const [whole, single] = [touchedBy(plan, true), touchedBy(plan, false)];
        // the counters are in it
        expect(whole.hash()).toBe(single.hash());
        expectSound(whole);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the template', () => {
  it('is all that was backed, and the guest has nothing of its own then', () => {
    const core = template();
    expect([core.backedFrames, core.sharedFrames]).toEqual([0, 0]);
    expect([core.frames.isTemplate(99), core.frames.isTemplate(100)]).toEqual([true, false]);
  });

  it('is mapped by a read and copied by a write, also by one that comes second', () => {
    const core = template();
    core.backing.touch(0, 10, false);
    expect([core.sharedFrames, core.privateFrames]).toEqual([10, 0]);
    core.backing.touch(5, 10, true);
    expect([core.sharedFrames, core.privateFrames]).toEqual([5, 10]);
    expect(statsOf(core, STAT_TEMPLATE_MAPS, STAT_TEMPLATE_COPIES)).toEqual([10, 10]);
    // no page of it came fresh from the host
    expect(core.stat(STAT_BACKED_FAULTS)).toBe(100);
  });

  it('is gone where the host took the frame back: the next page is fresh', () => {
    const core = template();
    core.backing.touch(0, 2, false);
    expect(core.backing.release(0, 4)).toBe(2);
    expect(core.sharedFrames).toBe(0);
    core.backing.touch(0, 4, false);
    expect(core.stat(STAT_BACKED_FAULTS)).toBe(104);
    expect(core.privateFrames).toBe(4);
  });

  it('grows when a clone is frozen again', () => {
    const core = template();
    core.backing.touch(200, 50, true);
    core.backing.freezeTemplate();
    core.backing.touch(0, 300, false);
    expect(core.sharedFrames).toBe(150);
  });
});

describe('a release', () => {
  it('counts what it freed, and is counted as a call also when that was nothing', () => {
    const core = empty();
    core.backing.touch(0, 64, true);
    expect(core.backing.release(32, 100)).toBe(32);
    expect(core.backing.release(32, 100)).toBe(0);
    expect(statsOf(core, STAT_RELEASED_CALLS, STAT_RELEASED_PAGES)).toEqual([2, 32]);
  });
});

describe('a frame handed out', () => {
  it('costs the host nothing when it is backed already', () => {
    const core = bootGuest();
    const object = anonymous(core);
    core.objects.touch(object, 0, 100, true, 0);
    core.objects.truncate(object, 0, 100, 0);
    const faults = core.stat(STAT_BACKED_FAULTS);
    core.objects.touch(object, 0, 100, true, 0);
    expect(core.stat(STAT_BACKED_FAULTS)).toBe(faults);
    expect(core.stat(STAT_REUSED_BACKED_PAGES)).toBe(100);
    expectSound(core);
  });
});

describe('host pages of 2 MiB', () => {
  it('behind a clone leave what is still the template alone', () => {
    const vmm = testVmm();
    const vm = vmm.clone(testGuest(128)) as MicroVm;
    const { core } = vm.guest;
    core.setBackingOrder(9);
    const shared = core.sharedFrames;
    const backed = core.backedFrames;
    // the free frames among the template's, and then whole blocks
    for (let pfn = 4096; pfn < 32_768; pfn += 64) {
      if (core.frames.kind(pfn) === KIND_FREE) core.backing.touch(pfn, 1, true);
    }
    expectSoundVm(vm);
    vm.guest.writeAndFree(70 * MIB_FRAMES);
    expectSoundVm(vm);
    expect(core.backedFrames).toBeGreaterThan(backed + 60 * MIB_FRAMES);
    expect(core.sharedFrames).toBe(shared);
    vmm.settle(vm);
    for (const frames of vmm.host.account) expect(frames).toBeGreaterThanOrEqual(0);
  });

  it('behind a guest of its own come as a whole', () => {
    const vm = testVmm().boot(testGuest(128)) as MicroVm;
    const { core } = vm.guest;
    core.setBackingOrder(9);
    const before = core.backedFrames;
    core.backing.touch(24_000, 1, true);
    expect(core.backedFrames).toBe(before + 512);
    expectSoundVm(vm);
  });

  it('are the only others there are', () => {
    const { core } = (testVmm().boot(testGuest(64)) as MicroVm).guest;
    for (const order of [1, 31, -1, Number.NaN]) {
      expect(() => core.setBackingOrder(order as 9)).toThrow(RefusedArgument);
    }
  });
});
