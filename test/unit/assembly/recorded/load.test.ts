// A kernel's allocator state, piece by piece: what is on no list is in use, and lists keep their order.

import { describe, expect, it } from 'vitest';
import {
  Core,
  KIND_HOLE,
  KIND_MOVABLE,
  KIND_UNMOVABLE,
  PROGRAM_RETUNE,
  STATUS_BAD_ARGUMENT,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { emptyLists } from '../../../../src/recording/read/pagestate.ts';
import { M, U, makeState, withPcp, withZone } from '../../../model/fixture.ts';
import { coreOf, listsOf } from '../../../support/exact.ts';
import { Replayed } from '../../../support/program.ts';
import { stateAt } from '../../../support/core.ts';

describe('a pageblock', () => {
  it('is in use until a list names frames of it: movable where its type is, else the kernel’s', () => {
    const core = coreOf(makeState([M, U], [[1, M, [6]]]));
    expect([5, 8, 511].map((pfn) => stateAt(core, pfn))).toEqual(Array(3).fill(KIND_MOVABLE));
    expect(stateAt(core, 512)).toBe(KIND_UNMOVABLE);
    // one by one: each can be freed by itself
    expect(core.pages.free(5, 0, 0)).toBe(0);
    expect(core.pages.free(512, 0, 0)).toBe(0);
  });

  it('without memory is a hole in no zone', () => {
    const core = coreOf(makeState([M, -1, U], []));
    expect(stateAt(core, 512)).toBe(KIND_HOLE);
    expect(core.frames.zone(512)).toBe(-1);
    expect(core.frames.zone(0)).toBe(1);
  });

  it('that its zone covers in part holds memory there only', () => {
    const state = withZone(makeState([M], []), { startPfn: 100 });
    const core = coreOf(state);
    expect(stateAt(core, 99)).toBe(KIND_HOLE);
    expect(stateAt(core, 100)).toBe(KIND_MOVABLE);
  });
});

describe('lists', () => {
  it('hold their blocks in the order in which they were given', () => {
    const core = coreOf(
      makeState(
        [M],
        [
          [0, M, [12, 4, 8]],
          [2, M, [32, 16]],
        ],
      ),
    );
    expect(listsOf(core)).toEqual(['0 1: 12 4 8', '2 1: 32 16']);
    expect(core.kernelZones[1]?.free).toBe(3 + 8);
  });

  it('by CPU hold blocks of the order that the list is for', () => {
    const lists = emptyLists(14);
    lists[7] = Uint32Array.of(16, 8);
    const replay = new Replayed(withPcp(makeState([M], []), { count: 8, lists }));
    expect(replay.parked(7)).toEqual([16, 8]);
    expect(replay.state(16) & 15).toBe(2);
    expect(replay.pcp().count).toBe(8);
  });

  it('refuse what is out of range or not aligned', () => {
    const raw = rawOf(Core.create({ frames: 4096 }));
    expect(raw.stateFree(1, 2, M, 6)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.stateFree(4, 0, M, 6)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.stateFree(1, 11, M, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.stateFree(1, 0, 5, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.stateFree(1, 0, M, 4096)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.stateParked(0, 1, 14, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.stateParked(1, 1, 0, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.stateBlock(3840, 1, M)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.stateBlock(0, 1, 5)).toBe(STATUS_BAD_ARGUMENT);
  });
});

/** What memory brings once it has come: marks are sized anew, with khugepaged's raise or without. */
function minAfterRetune(min: number): number {
  const replay = new Replayed(withZone(makeState([M], []), { min }));
  expect(replay.run([{ op: PROGRAM_RETUNE }])).toBe(1);
  return replay.zone().min;
}

describe('after the last piece', () => {
  it('marks higher than memory explains say that huge pages are on', () => {
    // 4096 managed frames: int_sqrt(16 KiB * 16) KiB = 512 KiB, 128 frames
    expect(minAfterRetune(128)).toBe(128);
    expect(minAfterRetune(129)).toBe(128);
    expect(minAfterRetune(200)).toBeGreaterThan(128);
  });
});
