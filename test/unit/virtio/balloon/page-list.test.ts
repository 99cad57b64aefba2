import { describe, expect, it } from 'vitest';

import { randomStream } from '../../../../src/time/index.ts';
import { PageList } from '../../../../src/virtio/balloon/page-list.ts';
import { range } from '../../../support/virtio.ts';

function listOf(...pfns: number[]): PageList {
  const list = new PageList();
  for (const pfn of pfns) list.push(pfn);
  return list;
}

describe('the list', () => {
  it('gives the newest page first', () => {
    const list = listOf(5, 9, 7);
    expect([list.pop(), list.pop(), list.pop(), list.pop()]).toEqual([7, 9, 5, undefined]);
    expect(list.count).toBe(0);
  });

  it('takes many at once as one after the other', () => {
    for (const removed of [[], [9]]) {
      const [one, other] = [listOf(5, 9, 7), listOf(5, 9, 7)];
      const more = Uint32Array.from(range(100, 3000));
      for (const pfn of removed) for (const list of [one, other]) list.remove(pfn);
      one.pushAll(more);
      for (const pfn of more) other.push(pfn);
      expect([one.count, ...one.toArray()]).toEqual([other.count, ...other.toArray()]);
      expect([one.remove(2000), one.pop()]).toEqual([other.remove(2000), other.pop()]);
    }
  });

  it('lets a page go from its middle, once', () => {
    const list = listOf(5, 9, 7);
    expect([list.remove(9), list.remove(9), list.remove(1234)]).toEqual([true, false, false]);
    expect([list.count, ...list.toArray()]).toEqual([2, 5, 7]);
    expect([list.pop(), list.pop(), list.pop()]).toEqual([7, 5, undefined]);
  });

  it('takes a page back at its head after it left', () => {
    const list = listOf(5, 9, 7);
    list.remove(5);
    list.push(5);
    expect([...list.toArray()]).toEqual([9, 7, 5]);
    expect(list.remove(5)).toBe(true);
  });

  it('knows of pages above all that it had when the first left', () => {
    const list = listOf(5);
    list.remove(5);
    list.push(1_000_000);
    expect([list.remove(999_999), list.remove(1_000_000)]).toEqual([false, true]);
  });

  it('is in frame 0 as anywhere', () => {
    const list = listOf(0, 1);
    expect([list.remove(0), list.count, list.pop(), list.pop()]).toEqual([true, 1, 1, undefined]);
  });

  it('keeps order over growth, with holes and without', () => {
    const list = listOf(...range(0, 3000));
    for (const pfn of range(0, 3000)) if (pfn % 4 !== 0) list.remove(pfn);
    for (const pfn of range(3000, 3000)) list.push(pfn);
    const kept = [...range(0, 750).map((i) => 4 * i), ...range(3000, 3000)];
    expect([...list.toArray()]).toEqual(kept);
    expect([list.count, list.remove(2996), list.remove(5999), list.pop()]).toEqual([
      3750,
      true,
      true,
      5998,
    ]);
    expect([...list.toArray()]).toEqual(kept.filter((pfn) => pfn !== 2996 && pfn < 5998));
  });

  it('forgets what it had when it is loaded, and does not share the array', () => {
    const list = listOf(1, 2);
    list.remove(1);
    const state = Uint32Array.of(8, 9);
    list.load(state);
    list.push(10);
    expect([list.remove(2), list.remove(8), [...list.toArray()]]).toEqual([false, true, [9, 10]]);
    expect([...state]).toEqual([8, 9]);
  });
});

it('does what a plain array does, over 5000 steps', () => {
  const list = new PageList();
  const model: number[] = [];
  const chance = randomStream(7, 'pages');
  for (let step = 0; step < 5000; step++) {
    const dice = chance.nextBelow(10);
    const pfn = chance.nextBelow(400);
    if (dice < 5) {
      if (model.includes(pfn)) continue;
      list.push(pfn);
      model.push(pfn);
    } else if (dice < 7) {
      expect(list.pop()).toBe(model.pop());
    } else {
      const at = model.indexOf(pfn);
      expect(list.remove(pfn)).toBe(at >= 0);
      if (at >= 0) model.splice(at, 1);
    }
    expect(list.count).toBe(model.length);
  }
  expect([...list.toArray()]).toEqual(model);
});
