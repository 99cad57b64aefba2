// What an operation took: each reading of a meter is what was added since the one before.

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, NONE, OBJECT_ANON } from '../../../src/core/index.ts';
import * as counts from '../../../src/guest/counts.ts';
import { bootGuest } from '../../support/core.ts';

const { Meter, addCounts, newCounts, pageOpsOf } = counts;

describe('Meter', () => {
  it('counts from when it was made, and nothing twice', () => {
    const core = bootGuest();
    const object = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    core.objects.touch(object, 0, 100, true, 0);
    const meter = new Meter(core);
    const taken = newCounts();
    meter.readInto(taken);
    expect([...taken].every((count) => count === 0)).toBe(true);
    core.objects.touch(object, 90, 30, true, 0);
    meter.readInto(taken);
    meter.readInto(taken);
    expect(taken[counts.COUNT_TOUCHED_PAGES]).toBe(30);
    expect(taken[counts.COUNT_FAULT_PAGES]).toBe(20);
    expect(taken[counts.COUNT_ALLOC_PAGES]).toBe(20);
    expect(taken[counts.COUNT_HOST_FAULTS]).toBe(20);
  });

  it('knows what each slot stands for', () => {
    const core = bootGuest({ config: { czones: 1 }, spanFrames: 0x14000 });
    const meter = new Meter(core);
    const parent = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    core.objects.touch(parent, 0, 50, true, 0);
    const child = core.objects.fork(parent, NONE, 0);
    core.objects.touch(child, 0, 7, true, 0);
    core.objects.touch(parent, 0, 4, true, 0);
    core.objects.destroy(child, 0);
    core.backing.release(core.objects.frame(parent, 20), 1);
    core.backing.freezeTemplate();
    core.objects.touch(parent, 0, 10, false, 0);
    core.objects.touch(parent, 0, 3, true, 0);
    const start = core.objects.frame(parent, 49);
    core.hotplug.allocContig({ start, count: 1 }, 48, 1, 1, 0);
    core.czones.region(0x12000, 0x1000, 512);
    core.czones.plug(0x12000, 0x1000);
    core.czones.create(0, 0x1000, 3);
    const taken = newCounts();
    meter.readInto(taken);
    const slot = (name: keyof typeof counts): number | undefined => taken[counts[name] as number];
    expect(slot('COUNT_COW_PAGES')).toBe(7);
    expect(slot('COUNT_COW_REUSED_PAGES')).toBe(4);
    expect(slot('COUNT_FORKED_PAGES')).toBe(50);
    expect(slot('COUNT_DROPPED_PAGES')).toBe(7);
    expect(slot('COUNT_RELEASED_PAGES')).toBe(1);
    expect(slot('COUNT_MIGRATED_PAGES')).toBe(1);
    expect(slot('COUNT_CZONE_BLOCKS')).toBe(3);
    // a migration reads the old place
    expect(slot('COUNT_TEMPLATE_MAPS')).toBe(11);
    expect(slot('COUNT_TEMPLATE_COPIES')).toBe(3);
  });
});

describe('counts', () => {
  it('add up slot by slot', () => {
    const [one, two] = [newCounts().fill(2), newCounts().fill(3)];
    addCounts(one, two);
    expect([...one, ...two]).toEqual([
      ...Array(counts.COUNT_SLOTS).fill(5),
      ...Array(counts.COUNT_SLOTS).fill(3),
    ]);
  });

  it('have page operations in four slots', () => {
    const taken = newCounts();
    taken.forEach((_, slot) => (taken[slot] = 2 ** slot));
    // touched 2, forked 6, dropped 7, released 11
    expect(pageOpsOf(taken)).toBe(4 + 64 + 128 + 2048);
  });
});
