// What may stand in a sweep file; docs/scale.md explains it.

import { dirname, isAbsolute, join } from 'node:path';
import * as z from 'zod/mini';
import {
  type ExperimentFile,
  either,
  experimentFile,
  found,
  group,
  list,
  placed,
  readDocument,
  readExperimentFile,
  text,
  whole,
} from '../experiment/index.ts';
import type { PriceLevel } from '../replay/index.ts';
import { type Factors, faultsOf, labelOf } from './factor.ts';

interface SweepText {
  readonly experiment?: string | ExperimentFile | undefined;
  readonly grid?: Readonly<Record<string, readonly unknown[]>> | undefined;
  readonly list?: readonly Factors[] | undefined;
  readonly exclude?: readonly Factors[] | undefined;
  readonly seeds?: readonly number[] | undefined;
  readonly retries?: number | undefined;
  readonly folder?: string | undefined;
}

/** A sweep as its file says it, with paths from the working directory. */
export interface SweepFile {
  /** What all cells have but what they vary. */
  readonly base: ExperimentFile;
  /** Values of each path: all combinations. */
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
  /** Cells one by one, each with every combination of the grid. */
  readonly list: readonly Factors[];
  readonly exclude: readonly Factors[];
  readonly seeds: readonly number[];
  /** How often a job that failed is tried again. */
  readonly retries: number;
  readonly folder?: string | undefined;
  /** Where the file lies: paths of cells are from there. */
  readonly from: string;
}

const RETRIES = 2;
const RETRIES_MAX = 100;

/** What a cell does not choose: seeds are a dimension of their own, and a sweep writes what it writes. */
const NO_FACTOR = /^(?:seeds?|outputs)(?:\.|$)/;

type Say = (path: readonly PropertyKey[], message: string) => void;

/** A path that leads nowhere, at the group of keys in which it stands. */
function unknownKey(
  context: z.core.$RefinementCtx,
  at: readonly PropertyKey[],
  key: string,
  known: readonly string[],
): void {
  const path = [...at];
  context.addIssue({ code: 'unrecognized_keys', keys: [key], path, message: known.join(', ') });
}

function checkFactor(
  context: z.core.$RefinementCtx,
  at: readonly PropertyKey[],
  key: string,
  values: readonly (readonly [readonly PropertyKey[], unknown])[],
): void {
  const say: Say = (path, message) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  if (NO_FACTOR.test(key)) {
    say([...at, key], 'expected a key that cells may choose, found one of the sweep itself');
    return;
  }
  for (const [where, value] of values) {
    for (const { path, message, known } of faultsOf(key, value)) {
      if (known === undefined) say([...where, ...path], message);
      else return unknownKey(context, at, key, known);
    }
  }
}

function isGroup(value: unknown): value is Factors {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkGrid(grid: unknown, context: z.core.$RefinementCtx): void {
  const say: Say = (path, message) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  if (grid === undefined) return;
  if (!isGroup(grid)) {
    return say(['grid'], `expected a group of paths with lists, found ${found(grid)}`);
  }
  for (const [key, values] of Object.entries(grid)) {
    const at = ['grid', key];
    if (!Array.isArray(values) || values.length === 0) {
      const what = Array.isArray(values) ? 'none' : found(values);
      say(at, `expected a list of values, found ${what}`);
      continue;
    }
    const labels = values.map(labelOf);
    labels.forEach((label, index) => {
      if (labels.indexOf(label) === index) return;
      say([...at, index], `expected each of the values once, found ${found(values[index])} again`);
    });
    checkFactor(
      context,
      ['grid'],
      key,
      values.map((value, index) => [[...at, index], value]),
    );
  }
}

/** A list of groups of paths. */
function checkGroups(
  name: string,
  groups: unknown,
  context: z.core.$RefinementCtx,
  check: (
    at: readonly PropertyKey[],
    key: string,
    value: unknown,
    before: readonly string[],
  ) => void,
): void {
  if (groups === undefined) return;
  const say: Say = (path, message) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  if (!Array.isArray(groups)) {
    return say([name], `expected a list of groups of paths, found ${found(groups)}`);
  }
  groups.forEach((one, index) => {
    const at = [name, index];
    if (!isGroup(one)) return say(at, `expected a group of paths, found ${found(one)}`);
    const keys = Object.keys(one);
    keys.forEach((key, nth) => check(at, key, one[key], keys.slice(0, nth)));
  });
}

/** Values of each path that cells have, in words. */
function labelsByPath({ grid, list: cells }: SweepText): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  const add = (path: string, value: unknown): void => {
    all.set(path, (all.get(path) ?? new Set()).add(labelOf(value)));
  };
  for (const [path, values] of Object.entries(isGroup(grid) ? grid : {})) {
    if (Array.isArray(values)) for (const value of values) add(path, value);
  }
  for (const cell of Array.isArray(cells) ? cells : []) {
    for (const [path, value] of Object.entries(isGroup(cell) ? cell : {})) add(path, value);
  }
  return all;
}

/** One of two paths would replace what the other chose, and be told as if both did something. */
function checkApart(
  context: z.core.$RefinementCtx,
  at: readonly PropertyKey[],
  key: string,
  others: readonly string[],
): void {
  const [around] = others.filter(
    (other) => key.startsWith(`${other}.`) || other.startsWith(`${key}.`),
  );
  if (around === undefined) return;
  const message = `expected paths that do not lie in one another, found one with ${around}`;
  context.addIssue({ code: 'custom', path: [...at, key], message });
}

function checkSweep(value: SweepText, context: z.core.$RefinementCtx): void {
  checkGrid(value.grid, context);
  const grid = isGroup(value.grid) ? value.grid : {};
  const paths = Object.keys(grid);
  paths.forEach((key, index) => checkApart(context, ['grid'], key, paths.slice(0, index)));
  checkGroups('list', value.list, context, (at, key, one, before) => {
    if (Object.hasOwn(grid, key)) {
      const message = 'expected a path that the grid does not have, found one of it';
      context.addIssue({ code: 'custom', path: [...at, key], message });
    }
    checkApart(context, at, key, [...paths, ...before]);
    checkFactor(context, at, key, [[[...at, key], one]]);
  });
  const known = labelsByPath(value);
  checkGroups('exclude', value.exclude, context, (at, key, one) => {
    const labels = known.get(key);
    if (labels === undefined) return unknownKey(context, at, key, [...known.keys()]);
    if (labels.has(labelOf(one))) return;
    const message = `expected a value that cells have (${[...labels].join(', ')}), found ${found(one)}`;
    context.addIssue({ code: 'custom', path: [...at, key], message });
  });
}

const anything: z.ZodMiniType<never> = z.unknown() as never;

const sweepText: z.ZodMiniType<SweepText> = group({
  experiment: either(text('a path, or a group of keys'), experimentFile),
  grid: anything,
  list: anything,
  exclude: anything,
  seeds: list('seeds', whole(0)),
  retries: whole(0, RETRIES_MAX),
  folder: text('a folder'),
}).check(z.superRefine(checkSweep)) as never;

/** A level of prices as a group of keys, to which cells can add. */
function withPriceGroup(base: ExperimentFile): ExperimentFile {
  const { prices } = base;
  return typeof prices === 'string' ? { ...base, prices: { level: prices as PriceLevel } } : base;
}

/** A sweep file, checked as far as values are right or wrong by themselves. Throws ExperimentError. */
export function readSweepFile(path: string): SweepFile {
  const file = readDocument(path, sweepText);
  const from = dirname(path);
  const at = (name: string): string => (isAbsolute(name) ? name : join(from, name));
  const { experiment = {}, grid = {}, exclude = [] } = file;
  const base =
    typeof experiment === 'string' ? readExperimentFile(at(experiment)) : placed(experiment, from);
  const { seeds = base.seeds ?? [base.seed ?? 1], retries = RETRIES, folder } = file;
  return {
    base: withPriceGroup(base),
    grid,
    list: file.list ?? [{}],
    exclude,
    seeds,
    retries,
    folder: folder === undefined ? undefined : at(folder),
    from,
  };
}
