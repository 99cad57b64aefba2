// The records of a run that were written, read back.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { expectText, utf8Of, whyUnread } from '../check/index.ts';
import type { Details } from './detail.ts';
import { parseDetails } from './details-file.ts';
import type { Results } from './results.ts';
import { ResultsError, parseResults } from './schema.ts';

/** What the engine says of JSON shows a piece of it. */
function oneLine(message: string): string {
  return message.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/** Opening a FIFO would wait for ever. */
function bytesOf(path: string): Uint8Array {
  const stats = statSync(path);
  if (stats.isFile() || stats.isDirectory()) return readFileSync(path);
  throw new ResultsError([`${path}: expected a file, found something that is not one`]);
}

function textOf(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = bytesOf(path);
  } catch (error) {
    if (error instanceof ResultsError) throw error;
    throw new ResultsError([
      `${path}: expected a file that can be read, found ${whyUnread(error)}`,
    ]);
  }
  const text = utf8Of(bytes);
  if (text !== undefined) return text;
  throw new ResultsError([`${path}: expected UTF-8 text, found other bytes`]);
}

/** What a file of JSON says; a fault is a `ResultsError` that names the file. */
function readAs<Value>(path: string, parse: (value: unknown) => Value): Value {
  const text = textOf(expectText('path', path));
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof ResultsError) {
      throw new ResultsError(error.problems.map((line) => `${path}: ${line}`));
    }
    if (error instanceof SyntaxError)
      throw new ResultsError([`${path}: ${oneLine(error.message)}`]);
    throw error;
  }
}

/** Reads a results.json; a fault is a `ResultsError` that names the file. */
export function readResults(path: string): Results {
  return readAs(path, parseResults);
}

/** The details that lie beside a run's results; none if there is no such file. */
export function readDetails(path: string, of: Pick<Results, 'systems'>): Details {
  return existsSync(path) ? readAs(path, (value) => parseDetails(value, of)) : {};
}
