// Touches of pages that are in place: what they count, and what makes the next one look at the pages again.

import { describe, expect, it } from 'vitest';
import { KIND_UNMOVABLE, STATS_MAX } from '../../../../src/abi/layout.ts';
import { MIGRATE_MOVABLE } from '../../../../src/abi/migratetype.ts';
import {
  STAT_BACKED_FAULTS,
  STAT_COW_PAGES,
  STAT_COW_REUSED_PAGES,
  STAT_FAULT_PAGES,
  STAT_MIGRATED_PAGES,
  STAT_TEMPLATE_COPIES,
  STAT_TEMPLATE_MAPS,
  STAT_TOUCHED_PAGES,
} from '../../../../src/abi/stat.ts';
import { STATUS_NOT_RESIDENT } from '../../../../src/abi/status.ts';
import {
  boot,
  type Core,
  GFP_HIGHUSER_MOVABLE,
  layoutOf,
  NONE,
  OBJECT_ANON,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound, objectFrame } from '../../../support/core.ts';

const FRAMES = 16 * 1024;
const PAGES = 600;

function countersOf(core: Core): number[] {
  return Array.from({ length: STATS_MAX }, (_, stat) => core.stat(stat));
}

function anonymous(core: Core): number {
  return core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
}

/** A guest with one object, its pages written. */
function written(): { core: Core; object: number } {
  const core = bootGuest({ frames: FRAMES });
  const object = anonymous(core);
  expect(core.objects.touch(object, 0, PAGES, true, 0)).toBe(PAGES);
  return { core, object };
}

/** Counters that rose during the touch of all pages, by how much, those of the touch itself apart. */
function rises(core: Core, object: number, isWrite: boolean): Map<number, number> {
  const before = countersOf(core);
  expect(core.objects.touch(object, 0, PAGES, isWrite, 0)).toBeGreaterThanOrEqual(0);
  const rose = countersOf(core).map((value, stat) => [stat, value - (before[stat] ?? 0)] as const);
  return new Map(rose.filter(([, by]) => by !== 0));
}

describe('a touch of pages in place', () => {
  it.each([
    ['all of them', 0, PAGES],
    ['some of them', 100, 3],
    ['none', 5, 0],
    ['none past the end', PAGES + 50, 0],
  ])('of %s counts its pages and changes nothing else', (_, start, pages) => {
    const { core, object } = written();
    const before = countersOf(core);
    for (const isWrite of [true, false]) {
      expect(core.objects.touch(object, start, pages, isWrite, 0)).toBe(0);
    }
    before[STAT_TOUCHED_PAGES] = (before[STAT_TOUCHED_PAGES] ?? 0) + 2 * pages;
    expect(countersOf(core)).toEqual(before);
  });

  it('gets the pages that are missing on either side of them', () => {
    const { core, object } = written();
    expect(core.objects.touch(object, 1000, 100, true, 0)).toBe(100);
    expect(core.objects.touch(object, 900, 300, true, 0)).toBe(200);
    expect(core.objects.touch(object, 0, 1200, false, 0)).toBe(300);
    expect(core.objects.pages(object)).toBe(1200);
    expectSound(core);
  });

  it.each([true, false])('gets those between two places (write: %s)', (isWrite) => {
    const core = bootGuest({ frames: FRAMES });
    const object = anonymous(core);
    for (const start of [2000, 1000, 3000, 0]) {
      expect(core.objects.touch(object, start, 100, isWrite, 0)).toBe(100);
      expectSound(core);
    }
    expect(core.objects.touch(object, 0, 3100, isWrite, 0)).toBe(2700);
  });

  it('that were only read still copies them when it writes', () => {
    const { core, object } = written();
    core.backing.freezeTemplate();
    expect(rises(core, object, false).get(STAT_TEMPLATE_MAPS)).toBe(PAGES);
    expect(rises(core, object, false)).toEqual(new Map([[STAT_TOUCHED_PAGES, PAGES]]));
    expect(rises(core, object, true).get(STAT_TEMPLATE_COPIES)).toBe(PAGES);
  });

  it('is not put off by a migration, which leaves written pages written', () => {
    const { core, object } = written();
    const raw = rawOf(core);
    const first = objectFrame(core, object, 0);
    expect(raw.contigAlloc(first, 64, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0)).toBe(0);
    expect(core.stat(STAT_MIGRATED_PAGES)).toBeGreaterThan(0);
    expectSound(core);
    expect(rises(core, object, true)).toEqual(new Map([[STAT_TOUCHED_PAGES, PAGES]]));
  });

  it('is not put off when the host takes memory back that nobody used', () => {
    const { core, object } = written();
    const other = anonymous(core);
    core.objects.touch(other, 0, 300, true, 0);
    const frames = Array.from({ length: 300 }, (_, page) => objectFrame(core, other, page));
    core.objects.destroy(other, 0);
    const call = { filePages: 0, writePages: PAGES, readPages: 0, temporaryPages: 0 };
    expect(frames.reduce((sum, pfn) => sum + core.backing.release(pfn, 1), 0)).toBe(300);
    expect(core.objects.beginCall(object, object, PAGES, call, 0)).toBe(0);
    core.backing.release(objectFrame(core, object, PAGES - 1), 1);
    expect(core.objects.beginCall(object, object, PAGES, call, 0)).toBe(STATUS_NOT_RESIDENT);
  });

  it('is known by the lower of two ranges apart, however long the other was', () => {
    const { core, object } = written();
    rawOf(core).releaseRange(0, FRAMES);
    core.objects.touch(object, 0, 20, true, 0);
    core.objects.touch(object, PAGES + 100, 400, true, 0);
    core.objects.truncate(object, PAGES + 100, 400, 0);
    const call = { filePages: 0, writePages: 20, readPages: 0, temporaryPages: 0 };
    expect(core.objects.beginCall(object, object, PAGES + 100, call, 0)).toBe(0);
  });
});

type Event = [name: string, stat: number, pages: number, act: (core: Core, object: number) => void];

const EVENTS: Event[] = [
  [
    'a release of one page',
    STAT_BACKED_FAULTS,
    1,
    (core, object) => void core.backing.release(objectFrame(core, object, 7), 1),
  ],
  ['freezing', STAT_TEMPLATE_COPIES, PAGES, (core) => core.backing.freezeTemplate()],
  [
    'a fork whose child has exited',
    STAT_COW_REUSED_PAGES,
    PAGES,
    (core, object) => {
      core.objects.destroy(core.objects.fork(object, NONE, 0, 0), 0);
    },
  ],
  ['a fork', STAT_COW_PAGES, PAGES, (core, object) => void core.objects.fork(object, NONE, 0, 0)],
  [
    'a truncation of the last page',
    STAT_FAULT_PAGES,
    1,
    (core, object) => void core.objects.truncate(object, PAGES - 1, 1, 0),
  ],
  [
    'another guest in the instance',
    STAT_FAULT_PAGES,
    PAGES,
    (core, object) => {
      core.reset();
      boot(core, layoutOf(FRAMES, []), true);
      expect(anonymous(core)).toBe(object);
    },
  ],
];

describe('a touch looks at the pages again', () => {
  it.each(EVENTS)('after %s', (_, stat, pages, act) => {
    const { core, object } = written();
    act(core, object);
    expectSound(core);
    expect(rises(core, object, true).get(stat)).toBe(pages);
    expectSound(core);
  });

  it('after a new object has the id of one that was forgotten with its zone', () => {
    const core = bootGuest({ frames: 4096, spanFrames: 16 * 1024, config: { czones: 1 } });
    const raw = rawOf(core);
    expect(raw.czoneRegion(8192, 4096, 1024)).toBe(0);
    expect(raw.czonePlug(8192, 4096)).toBeGreaterThanOrEqual(0);
    const zone = raw.czoneCreate(0, 4096, 1);
    const object = core.objects.create(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE, 0);
    expect(core.objects.touch(object, 0, PAGES, true, 0)).toBe(PAGES);
    expect(raw.czoneExit(zone, 0)).toBe(1);
    const next = raw.czoneCreate(0, 4096, 1);
    expect(core.objects.create(OBJECT_ANON, next, GFP_HIGHUSER_MOVABLE, 0)).toBe(object);
    expectSound(core);
    expect(rises(core, object, true).get(STAT_FAULT_PAGES)).toBe(PAGES);
  });

  it('after the instance has become an earlier copy of its guest', () => {
    const core = bootGuest({ frames: FRAMES });
    const object = anonymous(core);
    const copy = core.snapshot();
    core.objects.touch(object, 0, PAGES, true, 0);
    core.restore(copy);
    expectSound(core);
    expect(rises(core, object, true).get(STAT_FAULT_PAGES)).toBe(PAGES);
  });
});
