// Pages and objects that go: what is freed, what others keep, what is left to its zone.

import { describe, expect, it } from 'vitest';
import {
  KIND_OBJECT,
  NONE,
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STAT_DROPPED_PAGES,
  STAT_FREE_PAGES,
} from '../../../../src/core/index.ts';
import { bootGuest, expectSound, kindAt } from '../../../support/core.ts';
import { BLOCK, anonymous, bootRegion, written } from '../../../support/region.ts';

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
      core.objects.discard(9),
    ];
    expect(refused).toEqual(refused.map(() => STATUS_BAD_ARGUMENT));
    expect(core.objects.destroy(object, 0)).toBe(1);
    expect(core.objects.destroy(object, 0)).toBe(STATUS_BAD_ARGUMENT);
  });

  it('in a CZone leaves the lists as single frees would', () => {
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
    expect(next(300)).toEqual(next(1));
  });
});

describe('a discard', () => {
  it('leaves the pages where they are until their zone ends', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 4 * BLOCK, 1);
    const object = written(core, zone, 40);
    const pfn = core.objects.frame(object, 0);
    const { free } = core.zone(zone);
    expect(core.objects.discard(object)).toBe(40);
    expect([core.zone(zone).free, kindAt(core, pfn)]).toEqual([free, KIND_OBJECT]);
    expect(core.objects.pages(object)).toBe(STATUS_BAD_ARGUMENT);
    expectSound(core);
    expect(core.czones.exit(zone, 0)).toBe(1);
    expectSound(core);
  });

  it('is refused where pages must be looked at: no zone, or shared', () => {
    const core = bootRegion();
    expect(core.objects.discard(written(core, NONE, 3))).toBe(STATUS_BAD_STATE);
    const zone = core.czones.create(0, 4 * BLOCK, 1);
    const object = written(core, zone, 3);
    core.objects.fork(object, zone, 0);
    expect(core.objects.discard(object)).toBe(STATUS_BAD_STATE);
    expect(core.objects.pages(object)).toBe(3);
  });
});
