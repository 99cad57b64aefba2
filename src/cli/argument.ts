// Values of options, checked. A wrong one is a UsageError that names the option, what was expected and what was found.

import { basename, dirname } from 'node:path';
import { KIB } from '../abi/unit.ts';
import { RefusedArgument, choiceOf } from '../check/index.ts';
import { framesOf } from '../experiment/index.ts';
import {
  ArgumentError,
  SYSTEMS,
  durationMs,
  idlePolicyOf,
  policyOf,
  systemOf,
  whenFullOf,
} from '../replay/index.ts';
import { type PlanStep, planOf } from '../recorder/index.ts';
import { parseColumns } from '../trace/index.ts';
import { UsageError } from './fault.ts';

function fault(option: string, expected: string, found: string): UsageError {
  return new UsageError(`${option}: ${new ArgumentError(expected, found).message}`);
}

/** A whole number from `least` on, or up to `most`. */
export function wholeNumber(
  option: string,
  text: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw fault(option, `a whole number ${range}`, text);
}

/** A file that is written: the folder that it lies in, and its name. No name of a folder is one. */
export function fileToWrite(option: string, path: string): { folder: string; name: string } {
  const name = basename(path);
  const isFolder = path.endsWith('/') || ['', '.', '..'].includes(name);
  if (isFolder) throw fault(option, 'a file', path);
  return { folder: dirname(path), name };
}

/** Minutes, 0 or more, fractions allowed. */
export function minutes(option: string, text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw fault(option, 'minutes, 0 or more', text);
  return Number(text);
}

/** What a reader of values says, said of the option. */
function said<Value>(option: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof RefusedArgument) throw new UsageError(error.message);
    if (error instanceof ArgumentError) throw new UsageError(`${option}: ${error.message}`);
    throw error;
  }
}

/** A size of memory with its unit, in whole frames. */
export function frames(option: string, text: string): number {
  return said(option, () => framesOf(text));
}

/** A size as QEMU takes it, such as 768M or 2G, in MiB. */
export function mebibytes(option: string, text: string): number {
  const match = /^([1-9]\d{0,6})([MG])(?:iB)?$/.exec(text);
  if (match === null) throw fault(option, 'a size such as 768M or 2G', text);
  return Number(match[1]) * (match[2] === 'G' ? KIB : 1);
}

/** What a host asks of a device over time; nothing without a text. */
export function plan(option: string, text: string | undefined): PlanStep[] {
  return text === undefined ? [] : said(option, () => planOf(option, text));
}

/** A time such as 500ms, 90s, 10m, 1h. In milliseconds. */
export function duration(option: string, text: string): number {
  return said(option, () => durationMs(text));
}

/** The text of a policy that can be made: `NAME`, `NAME:ARGUMENT`, or a time alone for the policy that is called `timed`. */
export function policy(
  option: string,
  text: string,
  list: readonly { readonly name: string; create(argument?: string): unknown }[],
  timed?: string,
): string {
  said(option, () => policyOf(text, list, timed));
  return text;
}

/** The text of policies for idle containers that there are. */
export function idle(option: string, text: string): string {
  said(option, () => idlePolicyOf(text));
  return text;
}

/** The text of policies for full hosts that there are. */
export function whenFull(option: string, text: string): string {
  said(option, () => whenFullOf(text));
  return text;
}

/** One of the names. */
export function choice<Name extends string>(
  option: string,
  text: string,
  names: readonly Name[],
): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw fault(option, `one of ${choiceOf(names, text)}`, text);
}

/** What stands for every system there is. */
const ALL_SYSTEMS = 'all';

/** Whether every system is asked for, and none by its name. */
export function isAll(text: string): boolean {
  return text === ALL_SYSTEMS;
}

/** Names of systems, commas between, in the order asked for; all of them when none is given. */
export function systemNames(option: string, text: string | undefined): readonly string[] {
  if (text === undefined || isAll(text)) return SYSTEMS.map(({ name }) => name);
  const chosen: string[] = [];
  for (const part of text.split(',').map((name) => name.trim())) {
    const { name } = said(option, () => systemOf(part));
    if (chosen.includes(name)) throw fault(option, 'each system once', part);
    chosen.push(name);
  }
  return chosen;
}

/** Entries of a list by name, commas between, in the order asked for; the whole list when no name is given. */
export function named<Entry extends { readonly name: string }>(
  option: string,
  text: string | undefined,
  list: readonly Entry[],
  { one, many }: { readonly one: string; readonly many: string },
): readonly Entry[] {
  if (text === undefined) return list;
  const chosen: Entry[] = [];
  for (const name of text.split(',').map((part) => part.trim())) {
    const found = list.find((entry) => entry.name === name);
    if (found === undefined) {
      const names = list.map((entry) => entry.name);
      throw fault(option, `${many} of ${choiceOf(names, name)}`, name);
    }
    if (chosen.includes(found)) throw fault(option, `each ${one} once`, name);
    chosen.push(found);
  }
  return chosen;
}

export const COLUMNS_HELP =
  "columns of a file of calls, if not the usual: 'time=ts:s,function=fn,duration=dur_ms,memory=mem_mib'";

/** The text of a map of columns that can be read. */
export function columns(text: string | undefined): string | undefined {
  if (text !== undefined) said('--columns', () => parseColumns(text, '--columns'));
  return text;
}
