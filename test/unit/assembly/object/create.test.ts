// New objects: their numbers, what they may be, and what their pages become.

import { describe, expect, it } from 'vitest';
import {
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  KIND_KERNEL,
  KIND_OBJECT,
  NONE,
  OBJECT_ANON,
  OBJECT_FILE,
  OBJECT_KERNEL,
  STATUS_BAD_ARGUMENT,
  STATUS_TABLE_FULL,
} from '../../../../src/core/index.ts';
import { bootGuest, expectSound, pageblock, stateAt } from '../../../support/core.ts';
import { BLOCK, anonymous, bootRegion } from '../../../support/region.ts';

describe('an object', () => {
  it('has the number of the one destroyed last, else the next; the table can be full', () => {
    const core = bootGuest({ config: { objects: 3 } });
    const create = (): number => core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    expect([create(), create(), create(), create()]).toEqual([0, 1, 2, STATUS_TABLE_FULL]);
    core.objects.destroy(0, 0);
    core.objects.destroy(2, 0);
    expect([create(), create(), create()]).toEqual([2, 0, STATUS_TABLE_FULL]);
    expectSound(core);
  });

  it('is empty, whatever had its number', () => {
    const core = bootGuest({ config: { objects: 1 } });
    const first = anonymous(core);
    core.objects.touch(first, 0, 600, true, 0);
    core.objects.destroy(first, 0);
    const second = anonymous(core);
    expect([core.objects.pages(second), core.objects.frame(second, 0)]).toEqual([0, -1]);
  });

  it.each([
    ['of no kind', 0, NONE],
    ['of a kind that there is not', 4, NONE],
    ['in a kernel zone', OBJECT_ANON, 1],
    ['in no CZone', OBJECT_ANON, 77],
  ])('%s is refused', (_, kind, zone) => {
    expect(bootRegion().objects.create(kind, zone, GFP_KERNEL)).toBe(STATUS_BAD_ARGUMENT);
  });

  it('of the kernel is not made in a CZone, nor any in one whose owner is gone', () => {
    const core = bootRegion();
    const zone = core.czones.create(0, 2 * BLOCK, 1);
    expect(core.objects.create(OBJECT_KERNEL, zone, GFP_KERNEL)).toBe(STATUS_BAD_ARGUMENT);
    const object = core.objects.create(OBJECT_FILE, zone, GFP_HIGHUSER_MOVABLE);
    core.objects.touch(object, 0, 1, true, 0);
    const anon = anonymous(core, zone);
    core.objects.touch(anon, 0, 1, true, 0);
    core.objects.fork(anon, NONE, 0);
    core.czones.exit(zone, 0);
    expect(core.objects.create(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE)).toBe(STATUS_BAD_ARGUMENT);
    expectSound(core);
  });
});

describe('a page', () => {
  it('is the kernel’s or an object’s by its object’s kind, and lies where the mask says', () => {
    const core = bootGuest();
    const kernel = core.objects.create(OBJECT_KERNEL, NONE, GFP_KERNEL);
    const user = core.objects.create(OBJECT_FILE, NONE, GFP_HIGHUSER_MOVABLE);
    for (const object of [kernel, user]) core.objects.touch(object, 3, 1, true, 0);
    const [first, second] = [kernel, user].map((object) => core.objects.frame(object, 3));
    expect([stateAt(core, first as number), stateAt(core, second as number)]).toEqual([
      KIND_KERNEL,
      KIND_OBJECT,
    ]);
    expect([first, second].map((pfn) => pageblock(core, pfn as number) & 7)).toEqual([0, 1]);
    expect(core.frames.object(second as number)).toBe(user);
    expectSound(core);
  });
});
