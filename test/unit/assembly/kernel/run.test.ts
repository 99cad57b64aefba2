// Runs of frames: what one call takes is what as many single requests would have got.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GUEST_ZONES_OFFSET } from '../../../../src/abi/layout.ts';
import { type Core } from '../../../../src/core/index.ts';
import { bytesOf, headerWord, rawOf } from '../../../../src/core/raw.ts';
import { expectSound, scratch } from '../../../support/core.ts';
import { BLOCK, anonymous, bootRegion, written } from '../../../support/region.ts';

/** A hash of the bytes behind the counters: the same whether pages come in one call or in many. */
function state(core: Core): string {
  const from = headerWord(core, GUEST_ZONES_OFFSET);
  const bytes = bytesOf(core).subarray(from, rawOf(core).snapshotBytes());
  return createHash('sha1').update(bytes).digest('hex');
}

function scene(preferBacked: boolean, backing: 0 | 9, step: number): Core {
  const core = bootRegion();
  core.setPreferBacked(preferBacked);
  core.setBackingOrder(backing);
  const raw = rawOf(core);
  const zone = raw.czoneCreate(0, 12 * BLOCK, 1);
  const objects = [0, 1, 2].map(() => anonymous(core, zone));
  const touch = (object: number, start: number, pages: number): void => {
    for (let at = start; at < start + pages; at += step) {
      raw.objectTouch(object, at, Math.min(step, start + pages - at), 1, 0);
    }
  };
  touch(objects[0] as number, 0, 700);
  touch(objects[1] as number, 3, 130);
  raw.objectTruncate(objects[0] as number, 100, 333, 0);
  const ranges = raw.czoneReclaim(zone, 3, 150, 0);
  const words = scratch(core, 2 * ranges);
  for (let at = 0; at < ranges; at += 1) {
    const [start, frames] = [words[2 * at] as number, words[2 * at + 1] as number];
    if (at === 0) raw.releaseRange(start, frames);
    raw.czoneReturn(start, frames, at === 0 ? 0 : 1);
  }
  touch(objects[2] as number, 0, 900);
  touch(objects[0] as number, 0, 500);
  expectSound(core);
  return core;
}

describe('a touch of many pages', () => {
  it.each([
    [false, 0],
    [true, 0],
    [true, 9],
  ] as const)(
    'leaves what single touches leave (backed first: %s, host order %i)',
    (prefer, order) => {
      expect(state(scene(prefer, order, 512))).toBe(state(scene(prefer, order, 1)));
    },
  );
});

describe('backed first', () => {
  it('finds the one backed frame behind any number of cold ones', () => {
    const core = bootRegion();
    core.setPreferBacked(true);
    const zone = core.czones.create(0, 12 * BLOCK, 1);
    const object = written(core, zone, 32);
    const frames = Array.from({ length: 16 }, (_, at) => core.objects.frame(object, 2 * at));
    for (let at = 0; at < 32; at += 2) core.objects.truncate(object, at, 1, 0);
    // The first that was freed lies last in its list; the others lose their host memory.
    const [deepest, ...cold] = frames;
    for (const pfn of cold) core.backing.release(pfn, 1);
    const taker = written(core, zone, 1);
    expect(core.objects.frame(taker, 0)).toBe(deepest);
    expectSound(core);
  });
});
