import { describe, expect, it } from 'vitest';
import { JSON_FORMAT, resultsJson } from '../../../../src/report/formats/json.ts';
import { parseResults } from '../../../../src/report/schema.ts';
import { results } from '../../../support/report.ts';

describe('results.json', () => {
  it('is the record, in one file', async () => {
    const { files } = await JSON_FORMAT.render({ results: results(), details: {} });
    const [file] = files ?? [];
    expect(file?.name).toBe('results.json');
    expect(parseResults(JSON.parse(file?.content as string))).toEqual(results());
  });

  it('ends with a newline', () => {
    expect(resultsJson(results())).toMatch(/\}\n$/);
  });
});
