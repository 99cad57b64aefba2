// A touch of many pages is as many requests: it takes the same frames, from the same zones, as page after page.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  NONE,
  OBJECT_ANON,
  saveState,
} from '../../../../src/core/index.ts';
import { STATS_MAX } from '../../../../src/abi/layout.ts';
import { bootGuest, expectSound, objectFrame } from '../../../support/core.ts';

const FRAMES = 16 * 1024;

function anonymous(core: Core): number {
  return core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
}

/** Touches the pages in calls of so many; the guest and how many came in before memory was short. */
function touched(pages: number, step: number): { core: Core; object: number; got: number } {
  const core = bootGuest({ frames: FRAMES });
  const object = anonymous(core);
  let got = 0;
  while (got < pages) {
    const answer = core.objects.touch(object, got, Math.min(step, pages - got), true, 0);
    if (answer < 0) {
      got = core.objects.pages(object);
      break;
    }
    got += answer;
  }
  return { core, object, got };
}

interface Plan {
  /** Pages that go before, from which on and how many; `isUp`: the first first. */
  readonly gone: readonly { start: number; pages: number; isUp: boolean }[];
  /** All that is there is an image's by then. */
  readonly isFrozen: boolean;
  readonly isWrite: boolean;
}

const PAGES = 2000;

const plans: fc.Arbitrary<Plan> = fc.record({
  gone: fc.array(
    fc.record({
      start: fc.integer({ min: 0, max: PAGES - 1 }),
      pages: fc.integer({ min: 1, max: 400 }),
      isUp: fc.boolean(),
    }),
    { maxLength: 12 },
  ),
  isFrozen: fc.boolean(),
  isWrite: fc.boolean(),
});

/** Pages come, some go, and all are touched again in calls of so many. */
function again({ gone, isFrozen, isWrite }: Plan, step: number): Core {
  const core = bootGuest({ frames: FRAMES });
  const object = anonymous(core);
  core.objects.touch(object, 0, PAGES, true, 0);
  for (const { start, pages, isUp } of gone) {
    if (isUp) core.objects.truncate(object, start, pages, 0);
    else for (let at = pages - 1; at >= 0; at -= 1) core.objects.truncate(object, start + at, 1, 0);
  }
  if (isFrozen) core.backing.freezeTemplate();
  for (let at = 0; at < PAGES; at += step) {
    core.objects.touch(object, at, Math.min(step, PAGES - at), isWrite, 0);
  }
  return core;
}

/** All counters. */
function countsOf(core: Core): number[] {
  return Array.from({ length: STATS_MAX }, (_, index) => core.stat(index));
}

describe('a touch', () => {
  it('of many pages takes the frames that touches of single pages take, down to the last frame', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: FRAMES }),
        fc.integer({ min: 2, max: 1500 }),
        (pages, step) => {
          const one = touched(pages, 1);
          const many = touched(pages, step);
          expect(many.got).toBe(one.got);
          const framesOf = ({ core, object, got }: typeof one): number[] =>
            Array.from({ length: got }, (_, index) => objectFrame(core, object, index));
          expect(framesOf(many)).toEqual(framesOf(one));
          expect(saveState(many.core, 'after')).toEqual(saveState(one.core, 'after'));
          expectSound(many.core);
        },
      ),
      { numRuns: 12, examples: [[FRAMES, 1500]] },
    );
  });

  it('of many pages finds frames in whatever order they were given back, and pages that are there, as touches of single pages do', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 2, max: 2000 }), (plan, step) => {
        const [one, many] = [again(plan, 1), again(plan, step)];
        expect(saveState(many, 'after')).toEqual(saveState(one, 'after'));
        expect(many.hash()).toBe(one.hash());
        expect(countsOf(many)).toEqual(countsOf(one));
        expectSound(many);
      }),
      { numRuns: 20 },
    );
  });
});
