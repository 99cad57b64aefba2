// A results.json that was written, read back.

import { readFileSync } from 'node:fs';
import type { Results } from './results.ts';
import { ResultsError, parseResults } from './schema.ts';

/** What the engine says of JSON shows a piece of it. */
function oneLine(message: string): string {
  return message.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/** Reads a results.json; a fault is a `ResultsError` that names the file. */
export function readResults(path: string): Results {
  const text = readFileSync(path, 'utf8');
  try {
    return parseResults(JSON.parse(text));
  } catch (error) {
    if (error instanceof ResultsError) {
      throw new ResultsError(error.problems.map((line) => `${path}: ${line}`));
    }
    if (error instanceof SyntaxError)
      throw new ResultsError([`${path}: ${oneLine(error.message)}`]);
    throw error;
  }
}
