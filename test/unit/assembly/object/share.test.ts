// Shared frames: a write copies them or, when nobody else is left, keeps them; every mapping follows a page that moves.

import { describe, expect, it } from 'vitest';
import {
  type Core,
  KIND_UNMOVABLE,
  MIGRATE_MOVABLE,
  NONE,
  STAT_COW_PAGES,
  STAT_COW_REUSED_PAGES,
  STAT_CZONE_COW_ACROSS,
  STAT_FREE_PAGES,
} from '../../../../src/core/index.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';
import { BLOCK, bootRegion, written } from '../../../support/region.ts';

function family(pages: number, children: number): { core: Core; ids: number[] } {
  const core = bootGuest();
  const parent = written(core, NONE, pages);
  const ids = [parent];
  for (let child = 0; child < children; child += 1) ids.push(core.objects.fork(parent, NONE, 0));
  return { core, ids };
}

const frames = (core: Core, ids: readonly number[], at: number): number[] =>
  ids.map((id) => core.objects.frame(id, at));

describe('a write to a shared page', () => {
  it('copies it for the writer alone', () => {
    const { core, ids } = family(10, 2);
    const [first = 0, second = 0, third = 0] = ids;
    const shared = core.objects.frame(first, 4);
    core.objects.touch(second, 4, 1, true, 0);
    expect(frames(core, [first, third], 4)).toEqual([shared, shared]);
    expect(core.objects.frame(second, 4)).not.toBe(shared);
    expect(core.stat(STAT_COW_PAGES)).toBe(1);
    expectSound(core);
  });

  it('by the last who maps it keeps it', () => {
    const { core, ids } = family(10, 1);
    const [parent = 0, child = 0] = ids;
    const shared = core.objects.frame(parent, 4);
    core.objects.touch(parent, 4, 1, true, 0);
    core.objects.touch(child, 4, 1, true, 0);
    expect(core.objects.frame(child, 4)).toBe(shared);
    expect([core.stat(STAT_COW_PAGES), core.stat(STAT_COW_REUSED_PAGES)]).toEqual([1, 1]);
    expectSound(core);
  });

  it('of the owner in the record leaves the record to another who maps it', () => {
    const { core, ids } = family(3, 3);
    const shared = core.objects.frame(ids[0] as number, 0);
    for (const id of ids.slice(0, 3)) {
      core.objects.touch(id, 0, 1, true, 0);
      expect(ids.slice(ids.indexOf(id) + 1)).toContain(core.frames.object(shared));
      expectSound(core);
    }
  });

  it('in another owner’s zone is copied by the last too, so that the zone can go', () => {
    const core = bootRegion();
    const [one = 0, two = 0] = [0, 1].map((owner) => core.czones.create(owner, 4 * BLOCK, 1));
    const parent = written(core, one, 10);
    const child = core.objects.fork(parent, two, 0);
    core.objects.destroy(parent, 0);
    const freed = core.stat(STAT_FREE_PAGES);
    core.objects.touch(child, 0, 10, true, 0);
    expect(core.frames.zone(core.objects.frame(child, 0))).toBe(two);
    expect([core.stat(STAT_CZONE_COW_ACROSS), core.stat(STAT_FREE_PAGES) - freed]).toEqual([
      10, 10,
    ]);
    expect(core.zone(one).free).toBe(BLOCK);
    expectSound(core);
  });
});

describe('a shared page that moves', () => {
  it('is led to by all that map it, and still write-protected', () => {
    const { core, ids } = family(10, 2);
    core.objects.touch(ids[2] as number, 0, 1, true, 0);
    const from = core.objects.frame(ids[0] as number, 0);
    const range = { start: from, count: 1 };
    expect(core.hotplug.allocContig(range, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0)).toBe(0);
    const [first = -1, second = -2, third = -3] = frames(core, ids, 0);
    expect(first).not.toBe(from);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expectSound(core);
    core.objects.touch(ids[1] as number, 0, 1, true, 0);
    expect(core.objects.frame(ids[1] as number, 0)).not.toBe(first);
    expectSound(core);
  });
});
