// The cells of a sweep: all combinations of what it varies, without those that it excludes, each a job a seed.

import { resolve } from 'node:path';
import {
  type Able,
  type Experiment,
  ExperimentError,
  ableOf,
  changed,
  defaultExperiment,
  experimentFile,
  leftOutLine,
  placed,
  planOf,
} from '../experiment/index.ts';
import { expectShares, idleOf, optionsOf } from '../replay/index.ts';
import { type Factors, labelOf, valueIn, withValue } from './factor.ts';
import type { SweepFile } from './file.ts';
import { type Job, jobOf } from './job.ts';
import { hashOfTrace } from './trace-hash.ts';

/** Far above what anybody waits for. */
const CELLS_MAX = 1e5;

/** A job, and what stands for it in tables: a word for each path that the sweep varies. */
export interface Cell {
  /** By path, in words. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the job. */
  readonly seed: number;
  /** What is played for it. */
  readonly job: Job;
}

/** A sweep whose cells are known. */
export interface Sweep {
  /** Where results go, if the file says it. */
  readonly folder: string | undefined;
  /** Paths that are varied, in the order of the file. */
  readonly factors: readonly string[];
  /** All of them, in the order of the file, seeds last. */
  readonly cells: readonly Cell[];
  /** Each job once, in the order of the cells: two cells may come to the same. */
  readonly jobs: readonly Job[];
  /** How often a job that failed is tried again. */
  readonly retries: number;
  /** What whoever plays it should hear, a line each. */
  readonly notes: readonly string[];
}

function combinations({ grid, list }: SweepFile): Factors[] {
  let cells: Factors[] = [...list];
  for (const [path, values] of Object.entries(grid)) {
    cells = cells.flatMap((cell) => values.map((value) => ({ ...cell, [path]: value })));
    if (cells.length > CELLS_MAX) break;
  }
  return cells;
}

function isExcluded(cell: Factors, exclude: readonly Factors[]): boolean {
  return exclude.some((one) =>
    Object.entries(one).every(([path, value]) => labelOf(cell[path]) === labelOf(value)),
  );
}

/** The experiment, if its shares count in its model and its systems can do what its policies want: else each of its jobs would fail. */
function agreed(able: Able, at: string): Able {
  const { functions } = able.experiment;
  try {
    expectShares(functions, functions.model, 'functions');
  } catch (error) {
    throw new ExperimentError([`${at}${(error as Error).message}`]);
  }
  try {
    idleOf(optionsOf(planOf(able.experiment)));
  } catch (error) {
    throw new ExperimentError([`${at}policies.${(error as Error).message}`]);
  }
  return able;
}

/** What a cell comes to. Throws ExperimentError for values that do not go together. */
function experimentOf({ base, from }: SweepFile, cell: Factors, file: string): Able {
  let said = base;
  for (const [path, written] of Object.entries(cell)) {
    const [key = ''] = path.split('.');
    // paths of files are from where the sweep lies; a value goes alone, so that those of the base stay what they are
    const own = placed(withValue({}, path, written), from);
    const value = valueIn(own, path);
    // a file of prices has become the prices in it
    said =
      value === undefined ? withValue(said, key, valueIn(own, key)) : withValue(said, path, value);
  }
  const where = Object.entries(cell).map(([path, value]) => `${path}=${labelOf(value)}`);
  const at = `${file}: the cell ${where.join(', ')}: `;
  const parsed = experimentFile.safeParse(said);
  if (parsed.success) {
    const all = changed(defaultExperiment(), said);
    return agreed(ableOf(all, said.systems !== undefined), at);
  }
  throw new ExperimentError(
    parsed.error.issues.map(
      ({ path, message }) => `${at}${path.join('.')}${path.length > 0 ? ': ' : ''}${message}`,
    ),
  );
}

function labelsOf(factors: readonly string[], cell: Factors, played: Experiment): Cell['labels'] {
  const label = (path: string): string =>
    path in cell ? labelOf(cell[path]) : labelOf(valueIn(played, path));
  return Object.fromEntries(factors.map((path) => [path, label(path)]));
}

/** A trace's path as all machines have it. */
function everywhere(experiment: Experiment, seed: number): Experiment {
  const { trace } = experiment;
  const path = trace.path === undefined ? undefined : resolve(trace.path);
  return { ...experiment, seed, trace: path === undefined ? trace : { ...trace, path } };
}

/** All cells, in the order of the file, seeds last. `file` is for what is said. Throws ExperimentError and TraceError. */
export async function sweepOf(
  said: SweepFile,
  file: string,
  onHashed?: (done: number, total: number) => void,
): Promise<Sweep> {
  const all = combinations(said);
  const chosen = all.filter((cell) => !isExcluded(cell, said.exclude));
  const count = chosen.length * said.seeds.length;
  if (count === 0 || count > CELLS_MAX) {
    const found = count === 0 ? 'none' : 'more';
    throw new ExperimentError([`${file}: expected 1 to ${CELLS_MAX} cells, found ${found}`]);
  }
  const factors = [...new Set(chosen.flatMap((cell) => Object.keys(cell)))];
  const hashes = new Map<string, string>();
  const cells: Cell[] = [];
  const notes = new Set<string>();
  for (const cell of chosen) {
    const { experiment, leftOut } = experimentOf(said, cell, file);
    const line = leftOutLine(experiment.policies.idle, leftOut);
    if (line !== undefined) notes.add(line);
    const labels = labelsOf(factors, cell, experiment);
    for (const seed of said.seeds) {
      const one = everywhere(experiment, seed);
      const { path } = one.trace;
      const hash = path && (hashes.get(path) ?? (await hashOfTrace(path, onHashed)));
      if (path !== undefined) hashes.set(path, hash as string);
      cells.push({ labels, seed, job: jobOf(one, hash) });
    }
  }
  const jobs = [...new Map(cells.map(({ job }) => [job.name, job])).values()];
  const { folder, retries } = said;
  return { folder, factors, cells, jobs, retries, notes: [...notes] };
}
