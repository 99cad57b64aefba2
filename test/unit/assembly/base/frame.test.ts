// What a frame's state byte and record say, and that whoever moves or frees a block reads them from its head.

import { describe, expect, it } from 'vitest';
import {
  GFP_BALLOON,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  KIND_MOVABLE,
  KIND_OFFLINE,
  KIND_TAIL,
  KIND_UNMOVABLE,
  MEMORY_BLOCK_FRAMES,
  MIGRATE_MOVABLE,
  STATUS_BUSY,
  STAT_FREE_CALLS,
  ZONE_MOVABLE,
} from '../../../../src/core/index.ts';
import { balloonTake, bootGuest, expectSound, scratch, stateAt } from '../../../support/core.ts';

const PLUG = 0x100000;

describe('the head of a block', () => {
  it('says kind and order for all that lies inside', () => {
    const core = bootGuest();
    const movable = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 4, 0);
    const kernel = core.pages.alloc(GFP_KERNEL, 2, 0);
    expect(stateAt(core, movable)).toBe(KIND_MOVABLE | 4);
    expect(stateAt(core, kernel)).toBe(KIND_UNMOVABLE | 2);
    const inside = [1, 7, 15].map((at) => stateAt(core, movable + at));
    expect(inside).toEqual([KIND_TAIL, KIND_TAIL, KIND_TAIL]);
  });

  it('is found from any frame of its block: the whole block moves out of the way of one', () => {
    const core = bootGuest();
    const head = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 5, 0, 77);
    const range = { start: head + 19, count: 1 };
    expect(core.hotplug.allocContig(range, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0)).toBe(0);
    const moves: number[][] = [];
    core.moves.take((from, to) => moves.push([from, to]));
    expect(moves.map(([from]) => from)).toEqual([head]);
    const to = moves[0]?.[1] as number;
    expect(stateAt(core, to)).toBe(KIND_MOVABLE | 5);
    expectSound(core);
  });

  it('keeps mask and tag of its request, and takes them along when it moves', () => {
    const core = bootGuest();
    const from = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0, 4711);
    expect(core.frames.tag(from)).toBe(4711);
    const range = { start: from, count: 1 };
    core.hotplug.allocContig(range, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0);
    let place = -1;
    core.moves.take((_, to) => (place = to));
    expect(place).not.toBe(from);
    expect(core.frames.tag(place)).toBe(4711);
  });
});

describe('a balloon page', () => {
  it('can move while it is on the list, and not once it is on its way out', () => {
    const core = bootGuest();
    expect(balloonTake(core, 2, 0, GFP_BALLOON, 0)).toBe(2);
    const contig = (start: number): number =>
      core.hotplug.allocContig({ start, count: 1 }, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0);
    expect(core.balloon.pop(1)).toBe(1);
    const leaving = scratch(core, 1)[0] as number;
    expect(contig(leaving)).toBe(STATUS_BUSY);
    expect(core.hotplug.busyFrame).toBe(leaving);
    core.balloon.pop(1);
    const other = scratch(core, 1)[0] as number;
    core.balloon.release(Uint32Array.of(leaving, other), 2, 0);
    expect(balloonTake(core, 1, 0, GFP_BALLOON, 0)).toBe(1);
    const held = scratch(core, 1)[0] as number;
    expect(contig(held)).toBe(0);
    expect(core.balloon.heldFrames).toBe(1);
    expectSound(core);
  });
});

describe('an offline frame', () => {
  it('that was never online is new memory, later one that is freed page by page', () => {
    const core = bootGuest({ spanFrames: PLUG + MEMORY_BLOCK_FRAMES });
    core.hotplug.online(PLUG, MEMORY_BLOCK_FRAMES, ZONE_MOVABLE, [{ start: PLUG, count: 1024 }]);
    const late = PLUG + 2048;
    expect(stateAt(core, late)).toBe(KIND_OFFLINE);
    const frees = (): number => {
      const before = core.stat(STAT_FREE_CALLS);
      expect(core.hotplug.freeContig(late, 1024, 0)).toBe(0);
      return core.stat(STAT_FREE_CALLS) - before;
    };
    expect(frees()).toBe(0);
    const range = { start: late, count: 1024 };
    expect(core.hotplug.allocContig(range, KIND_OFFLINE, MIGRATE_MOVABLE, 1, 0)).toBe(0);
    expect(frees()).toBe(1024);
    expectSound(core);
  });
});
