// Two trees timed in turns: one run of A, one of B, and so on, so that load that comes and goes falls on both.

import { resolve } from 'node:path';
import { FRAMES_PER_GIB, FRAMES_PER_MIB, FRAME_BYTES, KIB } from '../abi/unit.ts';
import {
  COUNT,
  FUNCTION,
  type Shape,
  TEXT,
  expectInteger,
  expectShape,
  expectText,
} from '../check/index.ts';
import { type BenchRecord, type ComparedBench, compareBenches } from './records.ts';
import { BENCH_FRAMES_LEAST, BENCH_FRAMES_MOST } from './setting.ts';
import { type Side, type TreeHooks, runIn, sideOf, withTrees } from './trees.ts';

const TURNS = 5;
const TURNS_MOST = 1000;

/** How trees are compared. */
export interface CompareTreesOptions extends TreeHooks {
  /** An empty folder, in which commits are built. Worktrees are gone from it at the end. */
  readonly scratch: string;
  /** Runs of each side, 1 to 1000; 5 if not said. */
  readonly turns?: number | undefined;
  /** Memory of the guest, in frames of 4 KiB: `BENCH_FRAMES_LEAST` to `BENCH_FRAMES_MOST`; 1 GiB if not said. */
  readonly guestFrames?: number | undefined;
  /** Begins of names of benches, commas between; all if not said. */
  readonly filter?: string | undefined;
  /** File of policies of one's own. */
  readonly policy?: string | undefined;
  /** File of a core of one's own. */
  readonly core?: string | undefined;
  /** Where names and files are looked for; the working directory if not said. */
  readonly cwd?: string | undefined;
  /** Hears how many runs are done, of how many. */
  readonly told?: ((done: number, total: number) => void) | undefined;
}

/** Two trees beside each other. */
export interface ComparedTrees {
  /** What was timed: of a commit, its hash. */
  readonly sides: readonly [Side, Side];
  /** Those that both have. */
  readonly benches: readonly ComparedBench[];
}

const OPTIONS: Shape = {
  scratch: TEXT,
  'turns?': COUNT,
  'guestFrames?': COUNT,
  'filter?': TEXT,
  'policy?': TEXT,
  'core?': TEXT,
  'cwd?': TEXT,
  'told?': FUNCTION,
  'step?': FUNCTION,
  'begun?': FUNCTION,
};

function sizeText(frames: number): string {
  const isWhole = frames % FRAMES_PER_MIB === 0;
  return isWhole ? `${frames / FRAMES_PER_MIB}MiB` : `${(frames * FRAME_BYTES) / KIB}KiB`;
}

/** What each tree's own bench is called with. */
function flagsFor(options: CompareTreesOptions, cwd: string): string[] {
  const { guestFrames = FRAMES_PER_GIB, filter, policy, core } = options;
  expectInteger('guestFrames', guestFrames, BENCH_FRAMES_LEAST, BENCH_FRAMES_MOST);
  const file = (path: string | undefined): string | undefined => path && resolve(cwd, path);
  const said = { guest: sizeText(guestFrames), filter, policy: file(policy), core: file(core) };
  return Object.entries(said).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
}

/**
 * Times the benches of two trees in turns (`guestmem bench compare A B`). Each side is a folder with a built guestmem, or a commit,
 * branch or tag of the checkout of guestmem that `cwd` is in, which is built in a worktree of its own: that takes minutes. Rejects with
 * `BenchTreeError`, `BenchRecordError`, `RefusedArgument`.
 *
 * @example
 * const scratch = mkdtempSync('/tmp/trees-');
 * const { benches } = await compareTrees('HEAD~1', 'HEAD', { scratch, filter: 'touch', turns: 9 });
 */
export async function compareTrees(
  a: string,
  b: string,
  options: CompareTreesOptions,
): Promise<ComparedTrees> {
  const { scratch, cwd = process.cwd(), told } = expectShape('options', options, OPTIONS);
  const turns = expectInteger('turns', options.turns ?? TURNS, 1, TURNS_MOST);
  const flags = flagsFor(options, cwd);
  const sides = [
    await sideOf(expectText('a', a), cwd, options),
    await sideOf(expectText('b', b), cwd, options),
  ] as const;
  const records: [BenchRecord[], BenchRecord[]] = [[], []];
  const time = async (trees: Parameters<Parameters<typeof withTrees>[2]>[0]): Promise<void> => {
    for (let run = 0; run < 2 * turns; run += 1) {
      told?.(run, 2 * turns);
      const at = run % 2 === 0 ? 0 : 1;
      records[at].push(await runIn(trees[at], flags, cwd, options));
    }
  };
  await withTrees(scratch, sides, time, options);
  return { sides, benches: compareBenches(...records) };
}
