import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { resultsJson } from '../../../src/report/formats/json.ts';
import { detailsJson } from '../../../src/report/details-file.ts';
import { readDetails, readResults } from '../../../src/report/read.ts';
import { ResultsError } from '../../../src/report/schema.ts';
import { emptyFolder } from '../../support/folder.ts';
import { details, results } from '../../support/report.ts';

let folder: string;

beforeEach(() => {
  folder = emptyFolder();
});

it('a record that was written is read back', () => {
  const path = join(folder, 'results.json');
  writeFileSync(path, resultsJson(results()));
  expect(readResults(path)).toEqual(results());
});

it.each([
  ['{"schema": 1,', /r\.json: .*JSON/],
  ['{"schema": 7}', /r\.json: schema: /],
  ['{\n  "schema"\n: 1,\n}', /^[^\n]*JSON[^\n]*$/],
])('names the file when it holds %s', (text, message) => {
  const path = join(folder, 'r.json');
  writeFileSync(path, text);
  expect(() => readResults(path)).toThrow(ResultsError);
  expect(() => readResults(path)).toThrow(message);
});

it('details that were written are read back, and are no fault where they are absent', () => {
  const path = join(folder, 'details.json');
  expect(readDetails(path, results())).toEqual({});
  writeFileSync(path, detailsJson(results(), details()));
  const { starts: _, ...kept } = details();
  expect(readDetails(path, results())).toEqual(kept);
  writeFileSync(path, '{}');
  expect(() => readDetails(path, results())).toThrow(/details\.json: schema: /);
});

it('a record that is no text, or no file, is told and not waited for', () => {
  const path = join(folder, 'results.json');
  writeFileSync(path, Uint8Array.of(0x7b, 0xff));
  expect(() => readResults(path)).toThrow('expected UTF-8 text, found other bytes');
  expect(() => readResults('/dev/null')).toThrow('found something that is not one');
  expect(() => readResults(folder)).toThrow('found a folder');
});
