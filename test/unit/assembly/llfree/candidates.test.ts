/** The eight best of the trees that were not perfect. */
import { expect, it } from 'vitest';
import { smallLlfree } from '../../../support/llfree.ts';

/** Trees of one huge frame; those named have a class of their own and so many frames free. */
function scene(trees: readonly (readonly [tree: number, free: number])[]) {
  const core = smallLlfree({ frames: 32 * 512, treeHuge: 1, isAllocated: true, rules: 'movable' });
  for (const [tree, free] of trees) {
    core.put(tree * 512, 0, 0);
    core.get(0, 0, undefined, tree * 512); // the tree is of class 0 now
    for (let at = 0; at < free; at += 1) core.put(tree * 512 + at, 0, 0);
  }
  return core;
}

it('of equals the first seen is tried first', () => {
  // too full for a perfect match; without a slot the search goes 0, 31, 1, 30, ...
  expect(
    scene([
      [1, 4],
      [30, 4],
      [2, 4],
    ]).get(0, 0),
  ).toBe(512);
});

it('a better one is tried before one seen earlier', () => {
  // nearly full comes before half free
  expect(
    scene([
      [31, 300],
      [5, 4],
    ]).get(0, 0),
  ).toBe(5 * 512);
});

it('what is behind the eight best is not tried', () => {
  const few = Array.from({ length: 9 }, (_, at) => [at, 4] as const);
  const core = scene(few);
  // only the last seen keeps an aligned run: its place among equals is the ninth
  const last = 8;
  for (let tree = 0; tree < 8; tree += 1) core.get(0, 0, undefined, tree * 512);
  for (let tree = 0; tree < 8; tree += 1) {
    for (const at of [5, 9]) core.put(tree * 512 + at, 0, 0);
  }
  expect(core.get(2, 0)).toBeLessThan(0);
  expect(core.get(2, 0, undefined, last * 512)).toBe(last * 512);
});
