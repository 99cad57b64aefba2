// fork: the child sees the parent's pages, for nothing, until somebody writes.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAP_COUNT_MAX } from '../../../../src/abi/layout.ts';
import {
  GFP_HIGHUSER_MOVABLE,
  NONE,
  OBJECT_ANON,
  OBJECT_FILE,
  STATUS_BAD_ARGUMENT,
  STATUS_TABLE_FULL,
  STATUS_TOO_MANY_SHARERS,
  STAT_ALLOC_PAGES,
  STAT_FORKED_PAGES,
} from '../../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { anonymous, bootRegion, written } from '../../../support/region.ts';

describe('a fork', () => {
  it('maps every page of the parent at its place, and takes no memory', () => {
    const core = bootGuest();
    const parent = written(core, NONE, 700);
    core.objects.truncate(parent, 100, 50, 0);
    const before = core.stat(STAT_ALLOC_PAGES);
    const child = core.objects.fork(parent, NONE, 0);
    expect(core.objects.pages(child)).toBe(650);
    for (const at of [0, 99, 100, 149, 150, 699, 700]) {
      expect(core.objects.frame(child, at)).toBe(core.objects.frame(parent, at));
    }
    expect(core.stat(STAT_ALLOC_PAGES)).toBe(before);
    expect(core.stat(STAT_FORKED_PAGES)).toBe(650);
    expectSound(core);
  });

  it('of a child is one more of the same family', () => {
    const core = bootGuest();
    const parent = written(core, NONE, 20);
    const child = core.objects.fork(parent, NONE, 0);
    const grandchild = core.objects.fork(child, NONE, 0);
    core.objects.touch(child, 0, 5, true, 0);
    core.objects.destroy(parent, 0);
    expect(core.objects.pages(grandchild)).toBe(20);
    expect(core.objects.frame(grandchild, 0)).not.toBe(core.objects.frame(child, 0));
    expect(core.objects.frame(grandchild, 6)).toBe(core.objects.frame(child, 6));
    expectSound(core);
  });

  it('takes its new pages from the zone that is named', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 1024, 1);
    const parent = written(core, NONE, 5);
    const child = core.objects.fork(parent, zone, 0);
    core.objects.touch(child, 0, 8, true, 0);
    const zones = [0, 7].map((at) => core.frames.zone(core.objects.frame(child, at)));
    expect(zones).toEqual([zone, zone]);
    expectSound(core);
  });

  it('is refused for files, for no object and by no CPU', () => {
    const core = bootGuest();
    const file = core.objects.create(OBJECT_FILE, NONE, GFP_HIGHUSER_MOVABLE);
    expect(core.objects.fork(file, NONE, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(core.objects.fork(50, NONE, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(core.objects.fork(anonymous(core), NONE, 7)).toBe(STATUS_BAD_ARGUMENT);
    expect(core.objects.fork(anonymous(core), 1, 0)).toBe(STATUS_BAD_ARGUMENT);
  });

  it('that runs out of table nodes leaves the parent as it was', () => {
    const core = bootGuest({ config: { nodes: 5, objects: 4 } });
    const parent = written(core, NONE, 1000);
    expect(core.objects.fork(parent, NONE, 0)).toBe(STATUS_TABLE_FULL);
    expect(core.objects.pages(parent)).toBe(1000);
    expectSound(core);
    core.objects.touch(parent, 0, 1000, true, 0);
    expect(core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE)).toBe(parent + 1);
  });

  it('ends where a page is mapped as often as its record can count', () => {
    const core = bootGuest({ config: { objects: MAP_COUNT_MAX + 2 } });
    const parent = written(core, NONE, 1);
    for (let child = 1; child < MAP_COUNT_MAX; child += 1) core.objects.fork(parent, NONE, 0);
    expect(core.objects.fork(parent, NONE, 0)).toBe(STATUS_TOO_MANY_SHARERS);
    core.objects.destroy(5, 0);
    expect(core.objects.fork(parent, NONE, 0)).toBe(5);
  });

  it('that ends at once leaves what one leaves that goes page by page', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1500 }),
        fc.array(fc.integer({ min: 0, max: 1499 }), { maxLength: 20 }),
        fc.boolean(),
        (pages, writes, isZoned) => {
          const [whole, single] = [pages, 1].map((step) => {
            const core = bootRegion();
            const zone = isZoned ? core.czones.create(0, 4096, 4) : NONE;
            const parent = anonymous(core);
            // the parent's frames are neighbours upwards, downwards and not at all
            core.objects.touch(parent, 0, pages, true, 0);
            core.objects.truncate(parent, Math.floor(pages / 3), 50, 0);
            core.objects.touch(parent, 0, pages, true, 0);
            const child = core.objects.fork(parent, zone, 0);
            for (const page of writes)
              core.objects.touch(page % 2 === 0 ? child : parent, page, 1, true, 0);
            const grandchild = core.objects.fork(child, zone, 0);
            expectSound(core);
            for (let at = 0; at < 1500; at += step) core.objects.truncate(child, at, step, 0);
            core.objects.destroy(child, 0);
            expectSound(core);
            core.objects.touch(grandchild, 0, 10, true, 0);
            core.objects.destroy(parent, 0);
            expectSound(core);
            return core;
          });
          expect(whole?.hash()).toBe(single?.hash());
        },
      ),
      { numRuns: 25 },
    );
  });
});
