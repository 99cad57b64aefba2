// Why a range could not be emptied, in words.

import { describe, expect, it } from 'vitest';
import {
  GFP_BALLOON,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  KIND_OFFLINE,
  KIND_UNMOVABLE,
  MIGRATE_MOVABLE,
  NONE,
  OBJECT_ANON,
  OBJECT_KERNEL,
} from '../../../../src/core/index.ts';
import { busyPage, obstacleKind, unmovableFrames } from '../../../../src/guest/service/obstacle.ts';
import { IMAGE, balloonTake, bootGuest, scratch } from '../../../support/core.ts';

describe('what is in the way', () => {
  it('is named by what the page is used for', () => {
    const core = bootGuest();
    const kernel = core.objects.create(OBJECT_KERNEL, NONE, GFP_KERNEL);
    const user = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    for (const object of [kernel, user]) core.objects.touch(object, 0, 1, true, 0);
    balloonTake(core, 1, 0, GFP_BALLOON, 0);
    const [balloon = 0] = scratch(core, 1);
    core.hotplug.allocContig({ start: 0x4000, count: 1 }, KIND_OFFLINE, MIGRATE_MOVABLE, 1, 0);
    const kinds = [
      core.pages.alloc(GFP_KERNEL, 0, 0),
      core.objects.frame(kernel, 0),
      IMAGE.start,
      balloon,
      0x4000,
      0,
      core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0),
      core.objects.frame(user, 0),
      0x5000,
    ].map((pfn) => obstacleKind(core, pfn));
    expect(kinds).toEqual([
      'kernel',
      'kernel',
      'reserved',
      'balloon',
      'offline',
      'hole',
      'user',
      'user',
      'other',
    ]);
  });

  it('is the frame that the last attempt met, if it met one', () => {
    const core = bootGuest();
    expect(busyPage(core)).toBeUndefined();
    const range = { start: IMAGE.start - 10, count: 20 };
    core.hotplug.allocContig(range, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0);
    expect(busyPage(core)).toEqual({ pfn: IMAGE.start, kind: 'reserved' });
  });
});

describe('unmovable frames', () => {
  it('are counted by blocks, reserved and kernel pages one by one', () => {
    const core = bootGuest();
    expect(unmovableFrames(core, IMAGE.start - 512, 1024)).toBe(512);
    const start = core.pages.alloc(GFP_KERNEL, 4, 0);
    const block = start - (start % 512);
    expect(unmovableFrames(core, block, 512)).toBe(16);
    const kernel = core.objects.create(OBJECT_KERNEL, NONE, GFP_KERNEL);
    core.objects.touch(kernel, 0, 1, true, 0);
    const page = core.objects.frame(kernel, 0);
    expect(unmovableFrames(core, page, 1)).toBe(1);
  });

  it('are none where pages can move', () => {
    const core = bootGuest();
    const user = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    core.objects.touch(user, 0, 600, true, 0);
    const page = core.objects.frame(user, 0);
    expect(unmovableFrames(core, page - (page % 512), 512)).toBe(0);
  });
});
