// Which choices are best for somebody: none other starts faster and holds less memory.

import { type Row, SYSTEM } from './row.ts';
import { type Sample, overSeeds } from './statistics.ts';

/** A choice, over its seeds. */
export interface Choice {
  /** What was chosen, by path. */
  readonly labels: Readonly<Record<string, string>>;
  /** In which system. */
  readonly system: string;
  /** ms, mean of cold starts. */
  readonly startup: Sample;
  /** GiB·s. */
  readonly footprint: Sample;
  /** Calls that nobody served, mean over seeds: who serves fewer holds less. */
  readonly refused: number;
  /** No other choice under the same load starts faster and holds less. */
  readonly isOnFront: boolean;
}

/** Paths that say what is asked of a system, not what it does: only choices under the same load are rivals. */
const LOAD = /^(?:trace|minutes|warmupMinutes|functions|memory)(?:\.|$)/;

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels));
}

export function loadOf(labels: Choice['labels']): Choice['labels'] {
  return Object.fromEntries(Object.entries(labels).filter(([path]) => LOAD.test(path)));
}

function groupsOf<T>(all: readonly T[], keyOfOne: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOfOne(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

/** Both at most as much, and one of them less. */
function isBetter(a: Choice, b: Choice): boolean {
  const { mean: startA } = a.startup;
  const { mean: startB } = b.startup;
  const { mean: heldA } = a.footprint;
  const { mean: heldB } = b.footprint;
  return startA <= startB && heldA <= heldB && (startA < startB || heldA < heldB);
}

/** Every choice, in the order in which they come, each load's front marked. Without a cold start there is no start-up to compare. */
export function choicesOf(rows: readonly Row[]): Choice[] {
  const same = groupsOf(rows, ({ labels, system }) => keyOf({ ...labels, [SYSTEM]: system }));
  const choices = same.map((group): Choice => {
    const [{ labels, system }] = group as [Row];
    const over = (valueOf: (row: Row) => number): Sample => overSeeds(group, valueOf);
    const startup = over(({ figures }) => figures.startupMs);
    const footprint = over(({ figures }) => figures.footprintGiBSeconds);
    const refused = over((row) => row.refused ?? Number.NaN).mean;
    return { labels, system, startup, footprint, refused, isOnFront: startup.mean > 0 };
  });
  const rivals = groupsOf(choices, ({ labels }) => keyOf(loadOf(labels)));
  const beaten = new Set(
    rivals.flatMap((group) => {
      const started = group.filter(({ isOnFront }) => isOnFront);
      return started.filter((one) => started.some((other) => isBetter(other, one)));
    }),
  );
  return choices.map((one) => (beaten.has(one) ? { ...one, isOnFront: false } : one));
}
