// The golden buddy vectors of docs/linux-memory.md G.1. They are the page's own computation and
// so check a reading of the rules; the recordings check the rules.

import { beforeEach, describe, expect, it } from 'vitest';
import { HIGHATOMIC, M, U, makeState, printLists } from '../../../model/fixture.ts';
import { Model } from '../../../model/model.ts';

const ZONE = 1;
const BOOT = { zones: [{ index: ZONE, start: 0, spanned: 4096, free: [{ start: 0, end: 4096 }] }] };

describe('buddy vectors', () => {
  let model: Model;
  const take = (order: number, type: number): number => model.rmqueue(ZONE, order, type);
  const lists = (): string[] => printLists(model.state());
  const typeOf = (pfn: number): number => model.zone(ZONE).type(pfn);

  beforeEach(() => {
    model = new Model();
    model.boot({ ...BOOT, cpus: 1, thp: false });
  });

  it('splits from the lowest block and merges back, to the head or the tail (1)', () => {
    expect(lists()).toEqual(['10 1: 0 1024 2048 3072']);
    expect([0, 1, 2, 3].map(() => take(0, M))).toEqual([0, 1, 2, 3]);
    expect(lists()).toEqual([
      '2 1: 4',
      '3 1: 8',
      '4 1: 16',
      '5 1: 32',
      '6 1: 64',
      '7 1: 128',
      '8 1: 256',
      '9 1: 512',
      '10 1: 1024 2048 3072',
    ]);
    model.freeOne(0, 0);
    expect(lists()).toContain('0 1: 0');
    model.freeOne(1, 0);
    expect(lists().slice(0, 2)).toEqual(['1 1: 0', '2 1: 4']);
    model.freeOne(2, 0);
    expect(lists()).toContain('0 1: 2');
    model.freeOne(3, 0);
    expect(lists()).toEqual(['10 1: 0 1024 2048 3072']);
  });

  it('claims a whole order-10 block for an unmovable request (2)', () => {
    expect(take(0, U)).toBe(0);
    expect([typeOf(0), typeOf(512), typeOf(1024)]).toEqual([U, U, M]);
    expect(lists()).toEqual([
      '0 0: 1',
      '1 0: 2',
      '2 0: 4',
      '3 0: 8',
      '4 0: 16',
      '5 0: 32',
      '6 0: 64',
      '7 0: 128',
      '8 0: 256',
      '9 0: 512',
      '10 1: 1024 2048 3072',
    ]);
    expect(take(3, M)).toBe(1024);
  });

  it('puts a page whose merge is near at the tail (3)', () => {
    for (let i = 0; i < 8; i += 1) take(0, M);
    model.freeOne(2, 0);
    model.freeOne(3, 0);
    expect(lists()[0]).toBe('1 1: 2');
    model.freeOne(6, 0);
    model.freeOne(0, 0);
    expect(lists()[0]).toBe('0 1: 6 0');
  });

  it('steals without claiming when the only blocks are small (4)', () => {
    model.loadState(
      makeState(
        [U],
        [
          [1, U, [8]],
          [3, U, [32]],
        ],
      ),
    );
    expect(take(0, M)).toBe(8);
    expect(lists()).toEqual(['0 0: 9', '3 0: 32']);
    expect(typeOf(0)).toBe(U);
  });

  it('claims a block that is half free (5)', () => {
    model.loadState(
      makeState(
        [M],
        [
          [5, M, [0]],
          [8, M, [256]],
        ],
      ),
    );
    expect(take(0, U)).toBe(0);
    expect(typeOf(0)).toBe(U);
    expect(lists()).toEqual(['0 0: 1', '1 0: 2', '2 0: 4', '3 0: 8', '4 0: 16', '8 0: 256']);
  });

  it('counts pages alike: 128 free of 512 is too little unless 128 others are unmovable (6)', () => {
    model.loadState(makeState([M], [[7, M, [0]]]));
    expect(take(0, U)).toBe(0);
    expect(typeOf(0)).toBe(M);
    expect(lists()[0]).toBe('0 1: 1');

    model.loadState(makeState([M], [[7, M, [0]]]));
    for (let p = 384; p < 512; p += 1) model.setMovable(p, 0, false);
    expect(take(0, U)).toBe(0);
    expect(typeOf(0)).toBe(U);
  });

  it('lets a movable request claim from order 4 on (7)', () => {
    model.loadState(makeState([U], [[4, U, [0]]]));
    for (let p = 16; p < 300; p += 1) model.setMovable(p, 0, true);
    expect(take(0, M)).toBe(0);
    expect(typeOf(0)).toBe(M);
  });

  it('merges blocks of two mergeable types into the type freed last, never HIGHATOMIC (8)', () => {
    model.loadState(makeState([M, U], [[9, M, [0]]]));
    model.freeOne(512, 9);
    expect(lists()).toEqual(['10 0: 0']);
    expect([typeOf(0), typeOf(512)]).toEqual([U, U]);

    model.loadState(makeState([M, HIGHATOMIC], [[9, M, [0]]]));
    model.freeOne(512, 9);
    expect(lists()).toEqual(['9 1: 0', '9 3: 512']);
  });
});
