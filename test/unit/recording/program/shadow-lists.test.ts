// The per-cpu lists as a trace tells them: ends, neighbours, and when a block was at the head.

import { expect, it } from 'vitest';
import { pcpListIndex, ShadowLists } from '../../../../src/recording/program/shadow-lists.ts';

const PLACE = { zone: 1, cpu: 0, index: 1 };

function frames(lists: ShadowLists): number[] {
  const listed: number[] = [];
  for (let block = lists.at(PLACE).head; block !== undefined; block = block.below) {
    listed.push(block.pfn);
  }
  return listed;
}

it('each order and type has its list, huge pages two', () => {
  expect(pcpListIndex(0, 2)).toBe(2);
  expect(pcpListIndex(3, 1)).toBe(10);
  expect([0, 1, 2].map((type) => pcpListIndex(9, type))).toEqual([12, 13, 12]);
});

it('freed blocks come to the head, those of a refill to the tail, and leave from anywhere', () => {
  const lists = new ShadowLists({ label: '', zones: [] });
  lists.append(5, PLACE, 0);
  lists.append(6, PLACE, 1);
  lists.push(7, PLACE, 2);
  expect(frames(lists)).toEqual([7, 5, 6]);
  lists.remove(5, 3);
  expect(frames(lists)).toEqual([7, 6]);
  lists.remove(6, 4);
  lists.append(8, PLACE, 5);
  expect(frames(lists)).toEqual([7, 8]);
  lists.remove(9, 6);
  expect(lists.at({ ...PLACE, cpu: 1 }).head).toBeUndefined();
});

it('a block knows when it was at the head', () => {
  const lists = new ShadowLists({ label: '', zones: [] });
  lists.append(5, PLACE, 10);
  lists.push(6, PLACE, 20);
  lists.remove(6, 30);
  lists.append(7, PLACE, 35);
  expect(lists.find(5)?.atHead).toEqual([10, 20, 30]);
  lists.remove(5, 40);
  expect(lists.find(7)?.atHead).toEqual([40]);
  expect(lists.find(5)).toBeUndefined();
});
