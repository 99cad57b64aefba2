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
});
