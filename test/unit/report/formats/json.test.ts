import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JSON_FORMAT, readResults, resultsJson } from '../../../../src/report/formats/json.ts';
import { ResultsError } from '../../../../src/report/schema.ts';
import { results } from '../../../support/report.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guestmem-report-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('results.json', () => {
  it('is written and read back', async () => {
    const { files } = await JSON_FORMAT.render({ results: results(), details: {} });
    const [file] = files ?? [];
    expect(file?.name).toBe('results.json');
    const path = join(folder, 'results.json');
    writeFileSync(path, file?.content as string);
    expect(readResults(path)).toEqual(results());
  });

  it('ends with a newline', () => {
    expect(resultsJson(results())).toMatch(/\}\n$/);
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
});
