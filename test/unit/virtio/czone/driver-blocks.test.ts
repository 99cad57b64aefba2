import { describe, expect, it } from 'vitest';

import { DriverBlocks, runsOf } from '../../../../src/virtio/czone/driver-blocks.ts';

const START = 0x40000;

/** Blocks as a string: `1122..0` is two of zone 1, two of zone 2, two of nobody, one of the pool. */
function blocks(drawn: string, usable: number = drawn.length): DriverBlocks {
  const made = new DriverBlocks(START, 512, drawn.length);
  made.setUsable(usable);
  [...drawn].forEach((owner, first) => {
    if (owner !== '.') made.give({ first, count: 1 }, Number(owner));
  });
  return made;
}

const name = (owner: number): string => (owner < 0 ? '.' : String(owner));

function text(made: DriverBlocks, count: number): string {
  return Array.from({ length: count }, (_, block) => name(made.owner(block))).join('');
}

describe('blocks and frames', () => {
  it('are 512 frames each, from the start of the region to its end', () => {
    const made = blocks('....');
    expect([made.pfn(0), made.pfn(3)]).toEqual([START, START + 1536]);
    expect([made.block(START), made.block(START + 511), made.block(START + 512)]).toEqual([
      0, 0, 1,
    ]);
    expect([made.block(START - 1), made.block(START + 2048)]).toEqual([undefined, undefined]);
    expect(made.owner(99)).toBe(-1);
  });
});

describe('owners', () => {
  it('are counted, and listed ascending', () => {
    const made = blocks('1.21.0');
    expect([made.of(1), made.of(2), made.of(3)]).toEqual([[0, 3], [2], []]);
    expect([made.count(1), made.count(-1), made.plugged]).toEqual([2, 2, 4]);
    made.takeAway({ first: 3, count: 1 });
    expect([made.of(1), made.plugged]).toEqual([[0], 3]);
  });

  it('move as a whole, to another or to nobody', () => {
    const made = blocks('1.2112');
    made.move(1, 0);
    expect(text(made, 6)).toBe('0.2002');
    made.move(2, -1);
    expect(text(made, 6)).toBe('0..00.');
    made.move(7, 0);
    expect(made.plugged).toBe(3);
    // Who has moved away may come back elsewhere.
    made.give({ first: 5, count: 1 }, 1);
    expect(made.of(1)).toEqual([5]);
  });

  it('without PLUG are the pool, as far as the region is usable', () => {
    const made = blocks('.....', 3);
    made.fillPool();
    expect(text(made, 5)).toBe('000..');
  });
});

describe('the next blocks of a zone', () => {
  it.each([
    // What is there, for which zone, how many: which run.
    ['......', 1, 2, '0+2'],
    ['11....', 1, 2, '2+2'],
    ['11.2..', 1, 2, '2+1'],
    ['112...', 1, 2, '3+2'],
    // The smallest hole that takes all, also when it lies behind a larger one.
    ['2...2..2...', 1, 2, '5+2'],
    ['2..2...2..........', 1, 3, '4+3'],
    ['2..2...2..........', 1, 2, '1+2'],
    // None takes all: the largest.
    ['2.2..2..2', 1, 3, '3+2'],
    ['222', 1, 1, undefined],
  ])('%s for zone %i, %i blocks: %s', (there, zone, count, expected) => {
    const run = blocks(there).choose(zone, count);
    expect(run === undefined ? undefined : `${run.first}+${run.count}`).toBe(expected);
  });

  it('are none beyond what is usable', () => {
    expect(blocks('11....', 3).choose(1, 4)).toEqual({ first: 2, count: 1 });
    expect(blocks('11....', 2).choose(1, 4)).toBeUndefined();
    expect(blocks('......', 99).choose(1, 99)).toEqual({ first: 0, count: 6 });
  });

  it('are looked for below again when the highest have gone', () => {
    const made = blocks('2..2.2');
    made.takeAway({ first: 3, count: 3 });
    expect(made.choose(1, 5)).toEqual({ first: 1, count: 5 });
  });
});

it('runs are made of blocks in any order', () => {
  expect(runsOf([5, 2, 9, 3, 4])).toEqual([
    { first: 2, count: 4 },
    { first: 9, count: 1 },
  ]);
  expect(runsOf([])).toEqual([]);
});

it('a copy goes on alike, each for itself', () => {
  const made = blocks('11.2..');
  const copy = new DriverBlocks(START, 512, 6);
  copy.give({ first: 5, count: 1 }, 9);
  copy.load(made.save());
  copy.setUsable(6);
  expect([text(copy, 6), copy.choose(2, 2)]).toEqual(['11.2..', { first: 4, count: 2 }]);
  copy.move(1, -1);
  expect(text(made, 6)).toBe('11.2..');
});
