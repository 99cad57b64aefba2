/** Commits checked out, built and timed; nothing of them stays. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BenchTreeError,
  type Side,
  type Tree,
  removeWorktree,
  runIn,
  sideOf,
  withTrees,
} from '../../../src/microbench/trees.ts';
import { owner, withScratch } from '../../../src/report/node.ts';
import { benchCheckout, gitIn } from '../../support/bench-checkout.ts';
import { folderWith } from '../../support/folder.ts';

const ONE = { ns: 100, hash: 'h', names: ['touch'] };

function worktrees(checkout: string): number {
  return gitIn(checkout, 'worktree', 'list').split('\n').length;
}

async function treesOf(
  sides: readonly [Side, Side],
  work: (trees: readonly [Tree, Tree]) => Promise<unknown>,
): Promise<unknown> {
  return withScratch('bench', (scratch) => withTrees(scratch, sides, work));
}

async function sidesOf(checkout: string, a: string, b: string) {
  return [await sideOf(a, checkout), await sideOf(b, checkout)] as const;
}

describe('a side', () => {
  it('is a commit by any of its names, or a folder that is built', async () => {
    const checkout = benchCheckout(ONE, ONE);
    const hash = gitIn(checkout, 'rev-parse', 'HEAD');
    for (const name of ['main', 'HEAD', 'v1', hash.slice(0, 10)]) {
      expect(await sideOf(name, checkout)).toMatchObject({ kind: 'commit', name, hash });
    }
    mkdirSync(join(checkout, 'built/dist/cli'), { recursive: true });
    writeFileSync(join(checkout, 'built/dist/cli/main.js'), '');
    const folder = join(checkout, 'built');
    expect(await sideOf('built', checkout)).toEqual({ kind: 'folder', name: 'built', folder });
  });

  it.each([
    ['nowhere', /^nowhere: expected a record, a folder .* found none$/],
    ['--help', /^--help: expected .* found none$/],
    ['node_modules', /found none \(and the folder has no dist.cli.main\.js\)$/],
  ])('that is none is refused in a line: %s', async (word, message) => {
    const refused = sideOf(word, benchCheckout(ONE));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(BenchTreeError);
  });

  it('is refused outside of a checkout, and of another program', async () => {
    await expect(sideOf('HEAD', folderWith({}))).rejects.toThrow(/is in no checkout of git$/);
    const other = benchCheckout(ONE);
    writeFileSync(join(other, 'package.json'), '{"name":"other"}');
    gitIn(other, 'commit', '--quiet', '--all', '--message', 'other');
    await expect(sideOf('HEAD', other)).rejects.toThrow('found one of another program');
  });
});

describe('trees of commits', () => {
  it('are built, say what their own bench says, and go', async () => {
    const checkout = benchCheckout(ONE, { ...ONE, ns: 50 });
    const seen: Tree[] = [];
    await treesOf(await sidesOf(checkout, 'v0', 'v1'), async (trees) => {
      seen.push(...trees);
      expect(worktrees(checkout)).toBe(3);
      const [a, b] = [await runIn(trees[0], [], checkout), await runIn(trees[1], [], checkout)];
      expect([a, b].map(({ benches }) => benches[0]?.nsPerOperation)).toEqual([100, 50]);
    });
    expect(seen.map(({ name }) => name)).toEqual(['v0', 'v1']);
    expect(seen.some(({ folder }) => existsSync(folder))).toBe(false);
    expect(worktrees(checkout)).toBe(1);
    expect(gitIn(checkout, 'status', '--porcelain')).toBe('');
    expect(existsSync(join(checkout, 'node_modules'))).toBe(true);
  });

  it('of one commit are one', async () => {
    const checkout = benchCheckout(ONE);
    await treesOf(await sidesOf(checkout, 'v0', 'main'), async ([a, b]) => {
      expect(a.folder).toBe(b.folder);
      expect([a.name, b.name]).toEqual(['v0', 'main']);
    });
    expect(worktrees(checkout)).toBe(1);
  });

  it.each([
    [
      { 'build:release': 'echo broken >&2; exit 3', 'build:dist': 'true' },
      /^v1: npm run --silent build:release failed: .*/,
    ],
    [{ 'build:core': 'true' }, /^v1: expected a script build:dist or build, found none$/],
    [
      { 'build:core': 'true', build: 'true' },
      /^v1: expected dist.cli.main\.js after its build, found none$/,
    ],
  ])('that cannot be built are refused in a line, and go: %#', async (scripts, message) => {
    const checkout = benchCheckout(ONE, { ...ONE, scripts });
    const before = readdirSync(tmpdir()).filter((name) =>
      name.startsWith(`guestmem-bench-${owner()}-`),
    );
    const failing = treesOf(await sidesOf(checkout, 'v0', 'v1'), async () => {});
    await expect(failing).rejects.toThrow(message);
    expect(worktrees(checkout)).toBe(1);
    const after = readdirSync(tmpdir()).filter((name) =>
      name.startsWith(`guestmem-bench-${owner()}-`),
    );
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });

  it('whose bench refuses what is asked say its last word', async () => {
    const checkout = benchCheckout(ONE);
    const run = treesOf(await sidesOf(checkout, 'v0', 'v0'), ([a]) =>
      runIn(a, ['--filter', 'nothing'], checkout),
    );
    await expect(run).rejects.toThrow(
      'v0: guestmem bench failed: guestmem: --filter: expected begins',
    );
  });

  it('use the modules of the checkout where the lock is the same, through a link that alone goes', async () => {
    const checkout = benchCheckout(ONE);
    writeFileSync(join(checkout, 'node_modules/kept'), 'kept');
    await treesOf(await sidesOf(checkout, 'v0', 'v0'), async ([a]) => {
      expect(existsSync(join(a.folder, 'node_modules/kept'))).toBe(true);
    });
    expect(existsSync(join(checkout, 'node_modules/kept'))).toBe(true);
  });
});

it('a worktree goes from its checkout, whatever has become of its folder', () => {
  const checkout = benchCheckout({ ns: 1, hash: 'h', names: [] });
  const tree = join(folderWith({}), 'tree');
  for (const isHalf of [false, true]) {
    gitIn(checkout, 'worktree', 'add', '--detach', '--quiet', tree);
    if (isHalf) gitIn(checkout, 'worktree', 'lock', tree);
    removeWorktree(tree, checkout);
    expect(existsSync(tree)).toBe(false);
    expect(gitIn(checkout, 'worktree', 'list').split('\n')).toHaveLength(1);
  }
  removeWorktree(tree, checkout);
});
