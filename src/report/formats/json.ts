/** results.json: the record itself, checked before it is written and after it is read. */
import { KIB } from '../../abi/unit.ts';
import { checked } from '../expect-report.ts';
import type { Format } from '../format.ts';
import type { Results } from '../results.ts';
import { parseResults } from '../schema.ts';
import { detailsJson } from '../details-file.ts';

/** A list of numbers, one a line, as JSON.stringify writes it: line breaks are not found inside strings. */
const NUMBERS = /\[\n\s*([\d.e+-]+(?:,\n\s*[\d.e+-]+)*)\n\s*\]/g;

/** Indented JSON with a final newline, lists of numbers in a line. Throws `ResultsError` rather than give out a wrong record. */
export function resultsJson(results: Results): string {
  const text = JSON.stringify(parseResults(results), null, 2);
  return `${text.replaceAll(NUMBERS, (_, list: string) => `[${list.replaceAll(/\n\s*/g, ' ')}]`)}\n`;
}

/** results.json, and details.json beside it. */
export const JSON_FORMAT: Format = checked({
  name: 'json',
  hasKeepAlives: true,
  sentence:
    'The record of the run as results.json and details.json, the one form that is read back; with it experiment.yaml.',
  files: [
    { name: 'results.json', mark: /^\{\s*"schema": \d/, usualBytes: 400 * KIB },
    { name: 'details.json', mark: /^\{\s*"schema": \d,\s*"hashes"/, usualBytes: 1000 * KIB },
    { name: 'experiment.yaml', mark: /^# guestmem experiment, resolved/, usualBytes: 2 * KIB },
  ],
  render: ({ results, details, experiment }) => ({
    files: [
      { name: 'results.json', content: resultsJson(results) },
      { name: 'details.json', content: detailsJson(results, details) },
      ...(experiment === undefined ? [] : [{ name: 'experiment.yaml', content: experiment }]),
    ],
  }),
});
