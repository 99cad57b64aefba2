/** Two trees in turns, as a function: what a program of one's own gets. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { compareTrees } from '../../../src/microbench/compare-trees.ts';
import { benchCheckout } from '../../support/bench-checkout.ts';
import { emptyFolder } from '../../support/folder.ts';

const scratch = emptyFolder();

const ONE = { ns: 100, hash: 'h', names: ['touch', 'age'] };

it('commits are built, timed in turns, and gone', async () => {
  const cwd = benchCheckout(ONE, { ...ONE, ns: 50 });
  const told: number[] = [];
  const steps: string[] = [];
  const { sides, benches } = await compareTrees('v0', 'v1', {
    scratch,
    cwd,
    turns: 2,
    told: (done) => told.push(done),
    step: (what) => steps.push(what),
  });
  expect(sides.map(({ name, kind }) => [name, kind])).toEqual([
    ['v0', 'commit'],
    ['v1', 'commit'],
  ]);
  expect(benches.map(({ name, ratio }) => [name, ratio.median])).toEqual([
    ['touch', 0.5],
    ['age', 0.5],
  ]);
  expect(told).toEqual([0, 1, 2, 3]);
  expect(steps.filter((what) => what.startsWith('v1: git worktree add'))).toHaveLength(1);
  expect(readdirSync(scratch)).toEqual([]);
});

it.each([
  [{ turns: 0 }, 'turns: expected'],
  [{ guestFrames: 1 }, 'guestFrames: expected'],
  [{ filter: 1 as unknown as string }, 'options.filter: expected'],
])('%j is refused before anything is built', async (options, text) => {
  const compared = compareTrees('v0', 'v0', { scratch, ...options });
  await expect(compared).rejects.toThrow(RefusedArgument);
  await expect(compared).rejects.toThrow(text);
});
