/** results.json: the record itself, checked before it is written and after it is read. */
import { readFileSync } from 'node:fs';
import { KIB } from '../../abi/unit.ts';
import { expectText } from '../../check/index.ts';
import type { Format } from '../format.ts';
import type { Results } from '../results.ts';
import { parseResults, ResultsError } from '../schema.ts';

/** A list of numbers, one a line, as JSON.stringify writes it: line breaks are not found inside strings. */
const NUMBERS = /\[\n\s*([\d.e+-]+(?:,\n\s*[\d.e+-]+)*)\n\s*\]/g;

/** Indented JSON with a final newline, lists of numbers in a line. Throws `ResultsError` rather than give out a wrong record. */
export function resultsJson(results: Results): string {
  const text = JSON.stringify(parseResults(results), null, 2);
  return `${text.replaceAll(NUMBERS, (_, list: string) => `[${list.replaceAll(/\n\s*/g, ' ')}]`)}\n`;
}

/** What the engine says of JSON shows a piece of it. */
function oneLine(message: string): string {
  return message.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ResultsError([`${path}: expected a file that can be read, found ${why}`]);
  }
}

/** Reads a results.json; a fault is a `ResultsError` that names the file. */
export function readResults(path: string): Results {
  const text = textOf(expectText('path', path));
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

export const JSON_FORMAT: Format = {
  name: 'json',
  sentence:
    'The record of the run as results.json, the one form that is read back; with it experiment.yaml.',
  files: [
    { name: 'results.json', mark: /^\{\s*"schema": \d/, usualBytes: 400 * KIB },
    { name: 'experiment.yaml', mark: /^# guestmem experiment, resolved/, usualBytes: 2 * KIB },
  ],
  render: ({ results, experiment }) => ({
    files: [
      { name: 'results.json', content: resultsJson(results) },
      ...(experiment === undefined ? [] : [{ name: 'experiment.yaml', content: experiment }]),
    ],
  }),
};
