// The core decides what a free or the vmstat worker drains; where the kernel did otherwise it is followed, and high moves
// to where it explains that.

import { describe, expect, it } from 'vitest';
import { LOG_DRAIN, PROGRAM_DECAY, PROGRAM_RELEASE } from '../../../../src/core/index.ts';
import { emptyLists } from '../../../../src/recording/read/pagestate.ts';
import { M, makeState, withPcp } from '../../../model/fixture.ts';
import { Replayed } from '../../../support/program.ts';

const MOVABLE_LIST = 1;
/** Every second frame: none merges with another. */
const framesOf = (count: number): number[] => Array.from({ length: count }, (_, at) => 2 * at);

function replayOf(count: number, sizes: object): Replayed {
  const lists = emptyLists(14);
  lists[MOVABLE_LIST] = Uint32Array.from(framesOf(count));
  return new Replayed(withPcp(makeState([M, M], []), { count, lists, ...sizes }));
}

const UNKNOWN = 0;
const shown = (frames: number): number => 1 + frames;

const release = (replay: Replayed, operand: number) =>
  replay.logOf({ op: PROGRAM_RELEASE, frame: 200, operand });

describe('a free', () => {
  const SIZES = { high: 10, highMin: 4, highMax: 100, batch: 4 };

  it.each([
    ['not known', UNKNOWN],
    ['the same', shown(4)],
  ])('that drains by itself logs each page; what the kernel drained is %s', (_, operand) => {
    const replay = replayOf(9, SIZES);
    // the tenth page: high is reached, a batch goes from the tail
    expect(release(replay, operand)).toEqual([16, 14, 12, 10].map((pfn) => [LOG_DRAIN, 0, pfn, 0]));
    expect(replay.pcp()).toMatchObject({ count: 6, high: 10 });
  });

  it('that would drain where the kernel did not drains nothing, and high is above the count', () => {
    const replay = replayOf(9, SIZES);
    expect(release(replay, shown(0))).toEqual([]);
    expect(replay.pcp()).toMatchObject({ count: 10, high: 11 });
  });

  it('drains as much as the kernel did, and does not log that', () => {
    const replay = replayOf(9, SIZES);
    expect(release(replay, shown(7))).toEqual([]);
    expect(replay.parked(MOVABLE_LIST)).toEqual([200, 0, 2]);
    expect(replay.pcp()).toMatchObject({ count: 3, high: 10 });
  });

  it('that would not drain where the kernel did lowers high to the count', () => {
    const replay = replayOf(5, SIZES);
    expect(release(replay, shown(3))).toEqual([]);
    expect(replay.pcp()).toMatchObject({ count: 3, high: 6 });
  });

  it('keeps high between its bounds whatever the kernel did', () => {
    const replay = replayOf(1, SIZES);
    release(replay, shown(1));
    expect(replay.pcp()).toMatchObject({ count: 1, high: 4 });
    const full = replayOf(9, { ...SIZES, high: 10, highMax: 10 });
    release(full, shown(0));
    expect(full.pcp()).toMatchObject({ count: 10, high: 10 });
  });
});

const decay = (replay: Replayed, operand: number) => replay.logOf({ op: PROGRAM_DECAY, operand });

describe('a turn of the vmstat worker', () => {
  // high falls by an eighth of 32, to 28; 30 pages: two go
  const SIZES = { high: 32, highMin: 4, highMax: 400, batch: 1 };

  it.each([
    ['not known', UNKNOWN],
    ['the same', shown(2)],
  ])('drains down to the new high; what the kernel drained is %s', (_, operand) => {
    const replay = replayOf(30, SIZES);
    expect(decay(replay, operand)).toEqual([58, 56].map((pfn) => [LOG_DRAIN, 0, pfn, 0]));
    expect(replay.pcp()).toMatchObject({ count: 28, high: 28 });
  });

  it('that drained nothing in the kernel changes nothing', () => {
    const replay = replayOf(30, SIZES);
    expect(decay(replay, shown(0))).toEqual([]);
    expect(replay.pcp()).toMatchObject({ count: 30, high: 32 });
  });

  it('that drained more leaves high at what is left', () => {
    const replay = replayOf(30, SIZES);
    expect(decay(replay, shown(9))).toEqual([]);
    expect(replay.pcp()).toMatchObject({ count: 21, high: 21 });
    expect(decay(replay, shown(20))).toEqual([]);
    expect(replay.pcp()).toMatchObject({ count: 1, high: 4 });
  });
});
