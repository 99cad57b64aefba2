import { describe, expect, it } from 'vitest';
import { ImportedFrames } from '../../../../src/recording/import/frames.ts';
import { freeListIndex, parsePageState } from '../../../../src/recording/read/pagestate.ts';

function someFrames(): ImportedFrames {
  const frames = new ImportedFrames();
  frames.give(0x1000, 3, 1);
  frames.free(0x1400, 0);
  frames.give(0x1400, 0, 0);
  return frames;
}

/** Of one list of a state's only zone. */
const listed = (text: string, order: number, type: number): number[] => [
  ...(parsePageState(text).zones[0]?.free[freeListIndex(order, type)] ?? []),
];

describe('frames that events name', () => {
  it('were free if they are given out first, and in use if they are freed first', () => {
    const start = someFrames().state('start', 1);
    expect(listed(start, 3, 1)).toEqual([0x1000]);
    expect(start).not.toContain(`${0x1400}\n`);
  });

  it('lie at the end where the last event left them', () => {
    const frames = someFrames();
    expect(frames.free(0x1004, 2)).toHaveLength(4);
    const end = frames.state('end', 1);
    expect(listed(end, 2, 1)).toEqual([0x1004]);
    expect(listed(end, 3, 1)).toEqual([]);
  });

  it('are in one zone of the pageblocks that are named, and nothing lies between those', () => {
    const state = parsePageState(someFrames().state('start', 2));
    const [zone] = state.zones;
    expect(zone).toMatchObject({ startPfn: 0x1000, spanned: 0x600, present: 0x400 });
    expect([...(zone?.blocks ?? [])]).toEqual([1, -1, 0]);
    expect(zone?.pcps).toHaveLength(2);
  });

  it('that are freed twice are told', () => {
    const frames = someFrames();
    frames.free(0x1000, 0);
    expect(frames.free(0x1000, 1)).toEqual([0x1001]);
    expect(frames.isUsed(0x1002)).toBe(true);
    expect(frames.isUsed(0x1000)).toBe(false);
  });
});
