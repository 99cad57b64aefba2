import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { detailsJson, readDetails } from '../../../src/report/details-file.ts';
import { details, results } from '../../support/report.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'guestmem-details-'));
const PATH = join(FOLDER, 'details.json');
afterAll(() => rmSync(FOLDER, { recursive: true }));

function written(text: string): string {
  writeFileSync(PATH, text);
  return PATH;
}

describe('details.json', () => {
  it('is read back as it was, without the starts that tables have', () => {
    const { starts: _, ...kept } = details();
    expect(readDetails(written(detailsJson(results(), details())), results())).toEqual(kept);
  });

  it('is no fault where it is absent', () => {
    expect(readDetails(join(FOLDER, 'none.json'), results())).toEqual({});
  });

  it('belongs to the results beside it', () => {
    const other = results();
    other.systems[0]!.hash = 'another';
    const path = written(detailsJson(results(), details()));
    expect(() => readDetails(path, other)).toThrow('is of another run than the results beside it');
  });

  it.each([
    ['no JSON', '{', 'details.json: '],
    ['a column that is too short', '"tMs":[0]', 'columns are not equally long'],
    ['a string among numbers', '"values":["x"]', 'expected number'],
  ])('names the file and the fault: %s', (_what, text, told) => {
    const whole = detailsJson(results(), details());
    const bad = text.includes(':')
      ? whole.replace(new RegExp(`${text.split(':')[0]}:\\[[^\\]]*\\]`), text)
      : text;
    expect(() => readDetails(written(bad), results())).toThrow(told);
  });
});
