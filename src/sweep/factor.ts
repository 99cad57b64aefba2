// What a sweep varies: keys of an experiment file by their path, such as `policies.keepAlive`.

import { type ExperimentFile, experimentFile } from '../experiment/index.ts';

/** Values by path. */
export type Factors = Readonly<Record<string, unknown>>;

/** An experiment as it is written, before it is known to be one. */
type Group = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A system alone stands for the list of it. */
export function valueAt(path: string, value: unknown): unknown {
  return path === 'systems' && typeof value === 'string' ? [value] : value;
}

function withPart(group: Group, [key, ...rest]: readonly string[], value: unknown): Group {
  if (key === undefined) return group;
  const inner = group[key];
  const part = rest.length === 0 ? value : withPart(isGroup(inner) ? inner : {}, rest, value);
  return { ...group, [key]: part };
}

/** The file with a value in place of what it has at a path. */
export function withValue(file: ExperimentFile, path: string, value: unknown): ExperimentFile {
  return withPart({ ...file }, path.split('.'), valueAt(path, value));
}

/** What stands at a path; undefined: nothing. */
export function valueIn(file: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((part, key) => (isGroup(part) ? part[key] : undefined), file);
}

/** A value in a cell of a table. */
export function labelOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return JSON.stringify(value) ?? '';
}

/** What is wrong with a value by itself. `known` is there if the path leads nowhere: paths that do. */
export interface FactorFault {
  /** Inside the value. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly known?: readonly string[] | undefined;
}

/** What makes an experiment refuse a value at a path. */
export function faultsOf(path: string, value: unknown): FactorFault[] {
  const keys = path.split('.');
  const parsed = experimentFile.safeParse(withValue({}, path, value));
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => {
    const inner = issue.path.slice(keys.length);
    if (issue.code !== 'unrecognized_keys' || issue.path.length >= keys.length) {
      return { path: inner, message: issue.message };
    }
    const [before, after] = [keys.slice(0, issue.path.length), keys.slice(issue.path.length + 1)];
    const known = issue.message.split(', ').map((key) => [...before, key, ...after].join('.'));
    return { path: [], message: known.join(', '), known };
  });
}
