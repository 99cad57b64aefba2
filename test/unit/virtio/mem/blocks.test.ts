import { describe, expect, it } from 'vitest';

import { BlockMap } from '../../../../src/virtio/mem/blocks.ts';

/** Answers of a STATE request (docs/linux-memory.md D.1). */
const [PLUGGED, UNPLUGGED, MIXED] = [0, 1, 2] as const;

function runs(map: BlockMap): string[] {
  const found: string[] = [];
  map.eachPluggedRun((first, count) => found.push(`${first}+${count}`) > 0);
  return found;
}

describe('the state of a range', () => {
  it('is plugged or unplugged only when all of it is', () => {
    const map = new BlockMap(8);
    expect(map.state(0, 8)).toBe(UNPLUGGED);
    map.set(2, 3, true);
    expect([map.state(2, 3), map.state(3, 1), map.state(0, 2), map.state(5, 3)]).toEqual([
      PLUGGED,
      PLUGGED,
      UNPLUGGED,
      UNPLUGGED,
    ]);
    expect([map.state(1, 2), map.state(4, 2), map.state(0, 8)]).toEqual([MIXED, MIXED, MIXED]);
    map.set(3, 1, false);
    expect(map.state(2, 3)).toBe(MIXED);
  });
});

describe('runs of plugged blocks', () => {
  it('are given ascending and whole, from the first block to the last', () => {
    const map = new BlockMap(8);
    expect(runs(map)).toEqual([]);
    map.set(0, 2, true);
    map.set(3, 1, true);
    map.set(6, 2, true);
    expect(runs(map)).toEqual(['0+2', '3+1', '6+2']);
    map.set(0, 8, true);
    expect(runs(map)).toEqual(['0+8']);
  });

  it('end at the first that is refused', () => {
    const map = new BlockMap(8);
    map.set(0, 1, true);
    map.set(2, 1, true);
    const seen: number[] = [];
    expect(map.eachPluggedRun((first) => seen.push(first) === 0)).toBe(false);
    expect(seen).toEqual([0]);
    expect(map.eachPluggedRun(() => true)).toBe(true);
  });
});

it('a saved map does not change with its original', () => {
  const map = new BlockMap(4);
  map.set(1, 2, true);
  const state = map.save();
  map.set(0, 4, false);
  const copy = new BlockMap(4);
  copy.load(state);
  copy.set(3, 1, true);
  expect([runs(map), runs(copy), [...state]]).toEqual([[], ['1+3'], [0, 1, 1, 0]]);
});
