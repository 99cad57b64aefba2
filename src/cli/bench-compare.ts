// guestmem bench compare: two records beside each other, or two trees timed in turns.

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BenchRecord, type ComparedBench, compareBenches } from '../microbench/index.ts';
import { alignRows, formatCount } from '../report/index.ts';
import { telling } from './apart.ts';
import { comparison, recordIn } from './bench-records.ts';
import { type Side, runIn, sideOf, withTrees } from './bench-trees.ts';
import { UsageError } from './fault.ts';

export interface CompareFlags {
  readonly filter?: string;
  readonly guest: string;
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

/** What each tree's own bench is called with; files are where this command was called. */
function flagsFor({ filter, guest, policy, core }: CompareFlags, cwd: string): string[] {
  const file = (path: string | undefined): string | undefined => path && resolve(cwd, path);
  const said = { guest, filter, policy: file(policy), core: file(core) };
  return Object.entries(said).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
}

/** One of A, one of B, and so on. */
async function inTurns(
  sides: readonly [Side, Side],
  turns: number,
  flags: readonly string[],
  cwd: string,
): Promise<ComparedBench[]> {
  const records: [BenchRecord[], BenchRecord[]] = [[], []];
  await withTrees(sides, async (trees) => {
    const told = telling('runs');
    for (let run = 0; run < 2 * turns; run += 1) {
      told(run, 2 * turns);
      const at = run % 2 === 0 ? 0 : 1;
      records[at].push(await runIn(trees[at], flags, cwd));
    }
  });
  return compareBenches(...records);
}

/** What is printed of two records, or of two trees that are timed now. Throws UsageError, BenchRecordError. */
export async function compared(
  words: readonly [string, string],
  turns: number,
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
  const sides = [await sideOf(words[0], cwd), await sideOf(words[1], cwd)] as const;
  const found = await inTurns(sides, turns, flagsFor(flags, cwd), cwd);
  if (flags.json !== true) return comparedText(sides, found, turns);
  const [a, b] = sides.map(({ name, ...side }) => {
    return side.kind === 'commit' ? { name, commit: side.hash } : { name };
  });
  return `${JSON.stringify({ schema: 1, a, b, turns, benches: found }, null, 2)}\n`;
}
