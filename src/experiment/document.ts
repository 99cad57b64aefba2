// A YAML file against a shape: its value, or its faults with the line and column at which they stand.

import { readFileSync } from 'node:fs';
import { type Document, LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml';
import type * as z from 'zod/mini';
import { MIB } from '../abi/unit.ts';
import { expectText, nearestName, whyUnread } from '../check/index.ts';
import { ExperimentError, UnreadableFile } from './error.ts';

/** Far above what anybody writes by hand. */
const LONGEST_FILE = MIB;

/** Keys that are listed although there is one that was probably meant. */
const LONGEST_LIST = 20;

type Path = readonly PropertyKey[];

interface Fault {
  readonly offset: number;
  readonly text: string;
}

/** Where a value stands, or else what it would be in. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function offsetOfKey(document: Document, path: Path, key: string): number {
  const map = document.getIn(path, true);
  const pair = isMap(map)
    ? map.items.find((item) => isScalar(item.key) && item.key.value === key)
    : undefined;
  const range = isScalar(pair?.key) ? pair.key.range : undefined;
  return range?.[0] ?? offsetOf(document, path);
}

/** `systems[1]`, `prices.own.vmExit`. */
function nameOf(path: Path): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

/** What is wrong, led by where. */
export function led(path: Path, { message }: { readonly message: string }): string {
  return path.length === 0 ? message : `${nameOf(path)}: ${message}`;
}

/** A shape's fault; keys that are not known are a fault each, whose message lists those that are. */
function faultsOf(document: Document, issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ offset: offsetOf(document, issue.path), text: led(issue.path, issue) }];
  }
  const known = issue.message.split(', ');
  return issue.keys.map((key) => {
    const nearest = nearestName(key, known);
    const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
    const isLong = known.length > LONGEST_LIST && nearest !== undefined;
    const keys = isLong ? 'a key that is known' : `a key of ${issue.message}`;
    const message = `expected ${keys}${hint}, found ${JSON.stringify(key)}`;
    return { offset: offsetOfKey(document, issue.path, key), text: led(issue.path, { message }) };
  });
}

/** The first of the lines that a parser says: the others show the text again. */
function syntaxFaults(document: Document): Fault[] {
  return document.errors.map(({ pos, message }) => {
    const said = (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    return { offset: pos[0], text: `expected YAML, found a fault: ${said}` };
  });
}

function textOf(file: string): string {
  expectText('path', file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw new UnreadableFile([
      `${file}: expected a file that can be read, found ${whyUnread(error)}`,
    ]);
  }
  if (text.length <= LONGEST_FILE) return text;
  throw new ExperimentError([`${file}: expected at most 1 MiB, found more`]);
}

/** `file:line:column: name` of what a YAML file that could be read says at a path; undefined: it says nothing there. */
export function saidAt(file: string, path: Path): string | undefined {
  const lines = new LineCounter();
  const document = parseDocument(textOf(file), { lineCounter: lines });
  const node = document.getIn(path, true);
  if (!isNode(node) || !node.range) return undefined;
  const { line, col } = lines.linePos(node.range[0]);
  return `${file}:${line}:${col}: ${nameOf(path)}`;
}

/** The value of a YAML file that has a shape. An empty file is a group without keys. Throws ExperimentError. */
export function readDocument<T>(file: string, shape: z.ZodMiniType<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(textOf(file), {
    lineCounter: lines,
    prettyErrors: false,
    // what it would warn of is no key, and said as a fault
    logLevel: 'error',
  });
  const say = (faults: readonly Fault[]): ExperimentError => {
    const ordered = faults.toSorted((a, b) => a.offset - b.offset);
    return new ExperimentError(
      ordered.map(({ offset, text }) => {
        const { line, col } = lines.linePos(offset);
        return `${file}:${line}:${col}: ${text}`;
      }),
    );
  };
  if (document.errors.length > 0) throw say(syntaxFaults(document));
  let value: unknown;
  try {
    value = document.toJS() ?? {};
  } catch (error) {
    const text = `expected YAML, found a fault: ${error instanceof Error ? error.message : error}`;
    throw say([{ offset: 0, text }]);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw say(parsed.error.issues.flatMap((issue) => faultsOf(document as Document, issue)));
}
