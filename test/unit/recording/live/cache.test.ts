// Pages of files in order of age.

import { expect, it } from 'vitest';
import { FileCache } from '../../../../src/recording/live/cache.ts';

function filled(...places: number[]): { cache: FileCache; dropped: number[] } {
  const dropped: number[] = [];
  const cache = new FileCache(32, (place) => dropped.push(place));
  for (const place of places) cache.add(place);
  return { cache, dropped };
}

it('gives up the oldest first, as many as are asked for and there', () => {
  const { cache, dropped } = filled(7, 3, 9);
  expect(cache.shrink(2)).toBe(2);
  expect(dropped).toEqual([7, 3]);
  expect([cache.pages, cache.shrink(5), cache.pages]).toEqual([1, 1, 0]);
});

it('keeps the age of a page that moves, and forgets one that leaves', () => {
  const { cache, dropped } = filled(7, 3, 9, 12);
  cache.move(3, 20);
  cache.move(9, 9 + 16);
  cache.remove(7);
  cache.remove(7);
  cache.move(7, 8);
  expect(cache.pages).toBe(3);
  cache.add(7);
  cache.shrink(9);
  expect(dropped).toEqual([20, 25, 12, 7]);
});

it('gives up what lies in a range', () => {
  const { cache, dropped } = filled(7, 3, 9, 12);
  cache.dropIn(3, 7);
  expect(dropped).toEqual([3, 7, 9]);
  expect(cache.pages).toBe(1);
});

it('keeps dirty pages until they are clean', () => {
  const { cache, dropped } = filled(7, 3, 9, 12);
  for (const place of [7, 9, 9, 30]) cache.soil(place);
  expect(cache.dirtyPages).toBe(2);
  cache.dropIn(0, 10);
  expect(dropped).toEqual([3]);
  cache.move(9, 20);
  cache.clean(1);
  expect([cache.dirtyPages, cache.shrink(3), dropped]).toEqual([1, 2, [3, 7, 12]]);
  cache.remove(20);
  expect([cache.dirtyPages, cache.pages]).toEqual([0, 0]);
});

it('has all dirty pages written when reclaim meets no others', () => {
  const { cache, dropped } = filled(7, 3, 9, 12);
  for (const place of [7, 3, 9]) cache.soil(place);
  expect(cache.shrink(2)).toBe(2);
  expect([dropped, cache.dirtyPages]).toEqual([[7, 3], 0]);
});
