// A command's first word: operation, order and type, zone, CPU.

import { describe, expect, it } from 'vitest';
import { PROGRAM_REFILL, PROGRAM_TAKE } from '../../../../src/core/index.ts';
import { M, R, makeState } from '../../../model/fixture.ts';
import { Replayed } from '../../../support/program.ts';

const state = makeState([M, M, M, M], [[10, M, [0, 1024]]]);
const [zone] = state.zones;
const pcps = zone?.pcps ?? [];

describe('a command', () => {
  it('names CPU, zone, order and type of the list that it works on', () => {
    const twoCpus = {
      ...state,
      zones: state.zones.map((z) => ({ ...z, pcps: [...pcps, ...pcps] })),
    };
    const replay = new Replayed(twoCpus);
    const refill = { op: PROGRAM_REFILL, order: 9, type: M, cpu: 1, frame: 0 };
    expect(replay.logOf(refill)).toEqual([]);
    // list 13: order 9, movable
    expect(replay.parked(13, 1)).toEqual([0]);
    expect(replay.parked(13, 0)).toEqual([]);
    expect(replay.pcp(1).count).toBe(512);
    expect(replay.logOf({ op: PROGRAM_REFILL, order: 2, type: M, frame: 512 })).toEqual([]);
    expect(replay.parked(3 * 2 + M)).toEqual([512]);
  });

  it('keeps order and type apart', () => {
    const replay = new Replayed(
      makeState(
        [M, R],
        [
          [3, M, [16]],
          [3, R, [520]],
        ],
      ),
    );
    expect(replay.logOf({ op: PROGRAM_TAKE, order: 3, type: R, frame: 520 })).toEqual([]);
    expect(replay.lists()).toEqual(['3 1: 16']);
  });
});
