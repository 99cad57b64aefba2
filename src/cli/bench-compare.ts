// guestmem bench compare: two records beside each other, or two trees timed in turns.

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BenchRecord, ComparedBench } from '../microbench/index.ts';
import {
  type CompareTreesOptions,
  type ComparedTrees,
  type Side,
  compareTrees,
} from '../microbench/node.ts';
import { alignRows, formatCount } from '../report/index.ts';
import { withScratch } from '../report/node.ts';
import { leaves, tellPace, telling } from './apart.ts';
import { comparison, recordIn } from './bench-records.ts';
import { UsageError } from './fault.ts';

export interface CompareFlags {
  readonly filter?: string;
  readonly guestFrames: number;
  readonly turns: number;
  readonly policy?: string;
  readonly core?: string;
  readonly json?: boolean;
}

function nsCells({ median, lowest, highest, hash }: ComparedBench['a']): string[] {
  const [middle, ...ends] = [median, lowest, highest].map((ns) => formatCount(Math.round(ns)));
  return [middle as string, ends.join('-'), hash];
}

function rowOf({ name, operation, a, b, ratio, isEqual }: ComparedBench): string[] {
  const [middle, ...ends] = [ratio.median, ratio.lowest, ratio.highest].map((x) => x.toFixed(2));
  const same = isEqual ? 'equal' : 'other';
  return [name, operation, ...nsCells(a), ...nsCells(b), `${middle}x`, ends.join('-'), same];
}

const OF_SIDE = ['lowest-highest', 'hash'];
const HEAD = [
  'bench',
  'a',
  'ns of A',
  ...OF_SIDE,
  'ns of B',
  ...OF_SIDE,
  'B / A',
  'by turns',
  'state',
];

function titleOf(side: Side): string {
  return side.kind === 'commit' ? `${side.name} (${side.hash.slice(0, 12)})` : side.name;
}

/** The table, and a line on benches of which it says nothing. */
export function comparedText(
  sides: readonly [Side, Side],
  found: readonly ComparedBench[],
  turns: number,
): string {
  const [a, b] = sides.map(titleOf);
  const others = found.filter(({ isEqual }) => !isEqual).map(({ name }) => name);
  const note =
    others.length === 0
      ? ''
      : `${others.join(', ')}: hashes differ: A and B computed something else, and their times say nothing of each other\n`;
  return `A: ${a}\nB: ${b}\nCPU time, ${turns} turns\n\n${alignRows([HEAD, ...found.map(rowOf)])}\n${note}`;
}

/** Two trees, timed in turns in a folder that goes. */
function timed([a, b]: readonly [string, string], options: Timing): Promise<ComparedTrees> {
  const work = (scratch: string): Promise<ComparedTrees> =>
    compareTrees(a, b, {
      ...options,
      scratch,
      begun: leaves,
      step: (what) => tellPace({ why: `${what}, which does not say how far it is` }),
      told: telling('runs'),
    });
  return withScratch('bench', work, (scratch) => leaves({ scratch }));
}

type Timing = Omit<CompareTreesOptions, 'scratch'>;

/** What is printed of two records, or of two trees that are timed now. Throws UsageError, BenchTreeError, BenchRecordError. */
export async function compared(
  words: readonly [string, string],
  flags: CompareFlags,
  cwd: string = process.cwd(),
): Promise<string> {
  const files = words.filter((word) => {
    return statSync(resolve(cwd, word), { throwIfNoEntry: false })?.isFile() === true;
  });
  if (files.length === 2) {
    const [a, b] = words.map((word) => recordIn(resolve(cwd, word))) as [BenchRecord, BenchRecord];
    return comparison(a, b);
  }
  if (files.length === 1) {
    throw new UsageError(`${files[0]}: expected a record on both sides or on none, found one`);
  }
  const { guestFrames, turns, filter, policy, core } = flags;
  const { sides, benches } = await timed(words, { guestFrames, turns, filter, policy, core, cwd });
  if (flags.json !== true) return comparedText(sides, benches, turns);
  const [a, b] = sides.map(({ name, ...side }) => {
    return side.kind === 'commit' ? { name, commit: side.hash } : { name };
  });
  return `${JSON.stringify({ schema: 1, a, b, turns, benches }, null, 2)}\n`;
}
