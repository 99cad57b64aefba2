// Lists through the records: what is pushed, taken out and turned stands where it should, forwards and backwards.

import { describe, expect, it } from 'vitest';
import { type Core, verify } from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { M } from '../../../model/fixture.ts';
import { coreWith, listsOf } from '../../../support/exact.ts';

/** The links back are right too: else the walk says so (frames in use have no owner here, so only lists are looked at). */
function expectLinked(core: Core): void {
  const fault = verify(core);
  expect(fault?.text ?? '').not.toMatch(/list/);
}

/** Ends, middle and only member of a list of single frames that cannot merge with each other. */
const SINGLES = [0, 4, 8, 12];
const singles = (): Core => coreWith([M], [[0, M, SINGLES]]);

describe('a list', () => {
  it('is as it was loaded: each put at the tail', () => {
    const core = singles();
    expect(listsOf(core)).toEqual(['0 1: 0 4 8 12']);
    expectLinked(core);
  });

  it.each([
    ['the head', 1, '0 1: 4 8 12'],
    ['the middle', 5, '0 1: 0 8 12'],
    ['the middle again', 9, '0 1: 0 4 12'],
    ['the tail', 13, '0 1: 0 4 8'],
  ])('loses %s when its buddy is freed, and the pair heads the next one', (_, freed, rest) => {
    const core = singles();
    expect(core.pages.free(freed, 0, 0)).toBe(0);
    expect(listsOf(core)).toEqual([rest, `1 1: ${freed - 1}`]);
    expectLinked(core);
  });

  it('is empty after its only member has gone, and takes the next one at both ends', () => {
    const core = coreWith([M], [[0, M, [4]]]);
    core.pages.free(5, 0, 0);
    expect(listsOf(core)).toEqual(['1 1: 4']);
    core.pages.free(12, 0, 0);
    core.pages.free(20, 0, 0);
    expect(listsOf(core)).toEqual(['0 1: 20 12', '1 1: 4']);
    expectLinked(core);
  });

  it('gives its head first', () => {
    const core = singles();
    // straight from the zone: no reclaim is asked for, and per-cpu lists take one block at a time
    const taken = SINGLES.map(() => core.pages.alloc(0x8, 0, 0));
    expect(taken).toEqual(SINGLES);
    expect(listsOf(core)).toEqual([]);
  });

  it('is turned so that the next block to report heads it, and what stood before it ends it', () => {
    const core = coreWith([M, M, M, M, M, M, M, M], [[10, M, [0, 1024, 2048, 3072]]]);
    const raw = rawOf(core);
    const report = (reported: number): void => {
      expect(raw.reportTake(1)).toBe(1);
      raw.reportPutBack(reported);
    };
    raw.reportListen(10, 1);
    report(1);
    report(0);
    expect(raw.reportTake(1)).toBe(0);
    expect(listsOf(core)).toEqual(['10 1: 2048 3072 0 1024']);
    const user = 0x8;
    expect([1, 2].map(() => core.pages.alloc(user, 10, 0))).toEqual([2048, 3072]);
    core.pages.free(2048, 10, 0);
    expect(listsOf(core)).toEqual(['10 1: 2048 0 1024']);
    // 2048 goes out; 0 has been reported, so 1024 is next
    expect(raw.reportTake(1)).toBe(1);
    expect(listsOf(core)).toEqual(['10 1: 1024 0']);
    expectLinked(core);
  });
});
