// Pages and objects that go: what is freed, and what others keep.

import { describe, expect, it } from 'vitest';
import {
  NONE,
  STATUS_BAD_ARGUMENT,
  STAT_DROPPED_PAGES,
  STAT_FREE_PAGES,
  type Core,
  expectAnswer,
  GFP_HIGHUSER_MOVABLE,
  OBJECT_ANON,
  saveState,
} from '../../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { BLOCK, anonymous, bootRegion, written } from '../../../support/region.ts';
import fc from 'fast-check';
import { STATS_MAX } from '../../../../src/abi/layout.ts';
import { STAT_DRAIN_BLOCKS } from '../../../../src/abi/stat.ts';
import { rawOf } from '../../../../src/core/raw.ts';

/** Where the next pages come from, one by one. */
const next = (step: number): number[] => {
  const core = bootRegion();
  const zone = core.czones.create(0, 8 * BLOCK, 3);
  const object = written(core, zone, 1100);
  for (let at = 37; at < 937; at += step) core.objects.truncate(object, at, step, 0);
  expectSound(core);
  const other = anonymous(core, zone);
  for (let page = 0; page < 1000; page += 1) core.objects.touch(other, page, 1, true, 0);
  return Array.from({ length: 1000 }, (_, page) => core.objects.frame(other, page));
};

describe('a truncation', () => {
  it('frees what is there of a range, once, across leaves', () => {
    const core = bootGuest();
    const object = written(core, NONE, 1200);
    expect(core.objects.truncate(object, 500, 600, 0)).toBe(600);
    expect(core.objects.truncate(object, 400, 600, 0)).toBe(100);
    expect(core.objects.truncate(object, 5000, 10, 0)).toBe(0);
    expect(core.objects.pages(object)).toBe(500);
    expect([399, 400, 1099, 1100].map((at) => core.objects.frame(object, at) >= 0)).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([core.stat(STAT_DROPPED_PAGES), core.stat(STAT_FREE_PAGES)]).toEqual([700, 700]);
    expectSound(core);
  });

  it('leaves to others what they map', () => {
    const core = bootGuest();
    const object = written(core, NONE, 100);
    const child = core.objects.fork(object, NONE, 0);
    const pfn = core.objects.frame(object, 7);
    expect(core.objects.truncate(object, 0, 50, 0)).toBe(0);
    expect(core.objects.frame(child, 7)).toBe(pfn);
    expect(core.frames.object(pfn)).toBe(child);
    expect(core.objects.truncate(child, 0, 100, 0)).toBe(50);
    expectSound(core);
  });

  it('of no object or by no CPU is refused', () => {
    const core = bootGuest();
    const object = written(core, NONE, 1);
    const refused = [
      core.objects.truncate(9, 0, 1, 0),
      core.objects.truncate(object, 0, 1, 9),
      core.objects.destroy(9, 0),
      core.objects.destroy(object, 9),
    ];
    expect(refused).toEqual(refused.map(() => STATUS_BAD_ARGUMENT));
    expect(core.objects.destroy(object, 0)).toBe(1);
    expect(core.objects.destroy(object, 0)).toBe(STATUS_BAD_ARGUMENT);
  });

  it('in a CZone leaves the lists as single frees would', () => {
    expect(next(300)).toEqual(next(1));
  });
});

const FRAMES = 16 * 1024;
/** Enough for the per-cpu lists of this guest to overflow many times, and all but none of its memory left. */
const PAGES = 12_000;

interface Plan {
  readonly pages: number;
  /** Pages that a forked child maps too, from the first on, and those that it has written. */
  readonly shared: number;
  readonly written: number;
  /** Rounds of freeing and touching a few pages before: the lists' sizes are in any state. */
  readonly rounds: number;
}

/** Two objects whose pages come by turns: neither's frames are neighbours. */
function guest(plan: Plan): { core: Core; object: number } {
  const core = bootGuest({ frames: FRAMES });
  const create = (): number => core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
  const [object, other] = [create(), create()];
  const touch = (id: number, start: number, pages: number): void => {
    if (pages > 0) expectAnswer(core.objects.touch(id, start, pages, true, 0), 'touch');
  };
  for (let page = 0; page < plan.pages; page += 1) {
    touch(object, page, 1);
    if (page % 7 === 0) touch(other, page, 1);
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    core.objects.truncate(other, 0, PAGES, 0);
    touch(other, 0, 40 * (round + 1));
  }
  if (plan.shared > 0) {
    const child = core.objects.fork(object, NONE, 0, 0);
    core.objects.truncate(child, Math.min(plan.shared, plan.pages), plan.pages, 0);
    touch(child, 0, Math.min(plan.written, plan.shared));
  }
  return { core, object };
}

/** All counters. */
function countsOf(core: Core): number[] {
  return Array.from({ length: STATS_MAX }, (_, index) => core.stat(index));
}

/** Truncates all pages, the first first, so many a call. */
function truncated(plan: Plan, step: number): Core {
  const { core, object } = guest(plan);
  for (let page = 0; page < plan.pages; page += step) {
    core.objects.truncate(object, page, step, 0);
  }
  expect(core.objects.pages(object)).toBe(0);
  return core;
}

const planned = fc.record({
  pages: fc.integer({ min: 1, max: PAGES }),
  shared: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 })),
  written: fc.integer({ min: 0, max: 300 }),
  rounds: fc.integer({ min: 0, max: 6 }),
});

/** The same pages by requests, each given back by itself: no object, no run. `given` is told of each free. */
function byRequests({ pages, rounds }: Plan, given = (_core: Core): void => {}): Core {
  const core = bootGuest({ frames: FRAMES });
  const take = (): number =>
    expectAnswer(rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, 0), 'take');
  const give = (pfn: number): void => void expectAnswer(rawOf(core).freePages(pfn, 0, 0), 'give');
  const [held, others]: [number[], number[]] = [[], []];
  for (let page = 0; page < pages; page += 1) {
    held.push(take());
    if (page % 7 === 0) others.push(take());
  }
  for (let round = 0; round < rounds; round += 1) {
    others.splice(0).forEach(give);
    others.push(...Array.from({ length: 40 * (round + 1) }, take));
  }
  for (const pfn of held) {
    give(pfn);
    given(core);
  }
  return core;
}

describe('a truncate', () => {
  it('of many pages leaves the lists that as many frees of requests leave', () => {
    const plans = planned.map((plan) => ({ ...plan, shared: 0 }));
    fc.assert(
      fc.property(plans, (plan) => {
        const many = saveState(truncated(plan, plan.pages), 'after');
        expect(many).toEqual(saveState(byRequests(plan), 'after'));
      }),
      { numRuns: 10, examples: [[{ pages: PAGES, shared: 0, written: 0, rounds: 0 }]] },
    );
  });

  it('drains the per-cpu lists with the very page with which a free of a request does', () => {
    const drained: number[][] = [[], []];
    const plan = { pages: 3000, shared: 0, written: 0, rounds: 1 };
    const { core, object } = guest(plan);
    for (let page = 0; page < plan.pages; page += 1) {
      core.objects.truncate(object, page, 1, 0);
      drained[0]?.push(core.stat(STAT_DRAIN_BLOCKS));
    }
    byRequests(plan, (other) => drained[1]?.push(other.stat(STAT_DRAIN_BLOCKS)));
    expect(new Set(drained[0]).size).toBeGreaterThan(10);
    expect(drained[0]).toEqual(drained[1]);
  });

  it('of many pages leaves the lists that truncates of single pages leave', () => {
    fc.assert(
      fc.property(planned, fc.integer({ min: 2, max: 3000 }), (plan, step) => {
        const one = truncated(plan, 1);
        const many = truncated(plan, step);
        expect(saveState(many, 'after')).toEqual(saveState(one, 'after'));
        expect(countsOf(many)).toEqual(countsOf(one));
        expectSound(many);
      }),
      {
        numRuns: 10,
        examples: [[{ pages: PAGES, shared: 100, written: 50, rounds: 3 }, PAGES]],
      },
    );
  });
});
