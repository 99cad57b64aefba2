import { describe, expect, it } from 'vitest';

import { ZoneTable } from '../../../../src/virtio/czone/zones.ts';

const [UNPLUGGED, PLUGGED, MIXED] = [0, 1, 2] as const;

/** Pool: 0, 1 and 7; zone 1: 2, 3 and 5; zone 2: 6; nobody: 4, 8, 9. */
function table(): ZoneTable {
  const made = new ZoneTable(10);
  made.create(1, 8);
  made.create(2, Infinity);
  made.give(0, 8, 0);
  made.give(2, 2, 1);
  made.give(5, 1, 1);
  made.give(6, 1, 2);
  made.takeAway(4, 1);
  return made;
}

function runs(made: ZoneTable, owner?: number): string[] {
  const found: string[] = [];
  made.eachRun(owner, (first, count) => found.push(`${first}+${count}`) > 0);
  return found;
}

describe('the books', () => {
  it('count the blocks of each zone, and all that are plugged', () => {
    const made = table();
    expect([made.zone(1)?.blocks, made.zone(2)?.blocks, made.pluggedBlocks]).toEqual([3, 1, 7]);
    made.give(2, 1, 2);
    expect([made.zone(1)?.blocks, made.zone(2)?.blocks, made.pluggedBlocks]).toEqual([2, 2, 7]);
    made.takeAway(2, 1);
    expect([made.zone(2)?.blocks, made.pluggedBlocks]).toEqual([1, 6]);
    made.takeAway(2, 1);
    expect(made.pluggedBlocks).toBe(6);
  });

  it('name the one owner of a range, -1 where nobody has it, nothing where several have', () => {
    const made = table();
    expect([made.owner(2, 2), made.owner(0, 2), made.owner(8, 2)]).toEqual([1, 0, -1]);
    expect([made.owner(3, 3), made.owner(1, 2)]).toEqual([undefined, undefined]);
    expect([made.state(0, 4), made.state(8, 2), made.state(3, 2)]).toEqual([
      PLUGGED,
      UNPLUGGED,
      MIXED,
    ]);
  });

  it('know the pool, and zones as long as they are there', () => {
    const made = table();
    expect([made.exists(0), made.exists(2), made.exists(3)]).toEqual([true, true, false]);
    made.give(6, 1, 0);
    made.remove(2);
    expect([made.exists(2), made.count, made.all().map(({ zone }) => zone)]).toEqual([
      false,
      1,
      [1],
    ]);
  });

  it('end at the highest plugged block', () => {
    const made = table();
    expect(made.endPlugged).toBe(8);
    made.takeAway(6, 2);
    expect(made.endPlugged).toBe(6);
    made.takeAway(0, 10);
    expect(made.endPlugged).toBe(0);
  });
});

describe('runs', () => {
  it('are those of an owner, or of all that is plugged', () => {
    const made = table();
    expect(runs(made, 1)).toEqual(['2+2', '5+1']);
    expect(runs(made, 0)).toEqual(['0+2', '7+1']);
    expect(runs(made)).toEqual(['0+4', '5+3']);
    expect(runs(made, 9)).toEqual([]);
  });

  it('may be given away by who visits them, and end when he says so', () => {
    const made = table();
    expect(made.eachRun(1, (first, count) => (made.takeAway(first, count), true))).toBe(true);
    expect([made.zone(1)?.blocks, runs(made, 1)]).toEqual([0, []]);
    const seen: number[] = [];
    expect(made.eachRun(0, (first) => seen.push(first) > 1)).toBe(false);
    expect(seen).toEqual([0]);
  });

  it('begin below where they began when a lower block comes', () => {
    const made = table();
    made.give(0, 1, 2);
    expect(runs(made, 2)).toEqual(['0+1', '6+1']);
  });

  it('are found again for a zone that is made a second time', () => {
    const made = table();
    made.takeAway(6, 1);
    made.remove(2);
    made.create(2, Infinity);
    made.give(1, 1, 2);
    expect(runs(made, 2)).toEqual(['1+1']);
  });
});

it('when all zones go their blocks stay, in the pool', () => {
  const made = table();
  made.forgetZones();
  expect([made.count, made.pluggedBlocks, made.zone(1)]).toEqual([0, 7, undefined]);
  expect(runs(made, 0)).toEqual(['0+4', '5+3']);
});

it('a copy has the same books, each for itself', () => {
  const made = table();
  const state = made.save();
  const copy = new ZoneTable(10);
  copy.create(9, 1);
  copy.load(state);
  expect([copy.pluggedBlocks, runs(copy, 1), copy.zone(1), copy.zone(9)]).toEqual([
    7,
    ['2+2', '5+1'],
    { zone: 1, limitBlocks: 8, blocks: 3, isIdle: false },
    undefined,
  ]);
  copy.takeAway(2, 2);
  copy.give(8, 1, 1);
  expect([made.zone(1)?.blocks, runs(made, 1)]).toEqual([3, ['2+2', '5+1']]);
  expect(copy.save()).not.toEqual(state);
});
