import { describe, expect, it } from 'vitest';
import { detailsJson, parseDetails } from '../../../src/report/details-file.ts';
import { wholeRun } from '../../support/browser.ts';
import { details, results } from '../../support/report.ts';

describe('details.json', () => {
  it('is read back as it was, without the starts that tables have', () => {
    const { starts: _, ...kept } = details();
    expect(parseDetails(JSON.parse(detailsJson(results(), details())), results())).toEqual(kept);
  });

  it('belongs to the results beside it', () => {
    const other = results();
    other.systems[0]!.hash = 'another';
    const value: unknown = JSON.parse(detailsJson(results(), details()));
    expect(() => parseDetails(value, other)).toThrow(
      'is of another run than the results beside it',
    );
  });

  it.each([
    ['a column that is too short', '"tMs":[0]', 'columns are not equally long'],
    ['a string among numbers', '"values":["x"]', 'expected number'],
  ])('names the fault: %s', (_what, text, told) => {
    const whole = detailsJson(results(), details());
    const bad = whole.replace(new RegExp(`${text.split(':')[0]}:\\[[^\\]]*\\]`), text);
    expect(() => parseDetails(JSON.parse(bad), results())).toThrow(told);
  });

  it('refuses memory maps that no run wrote', () => {
    const { results: run, details: whole } = wholeRun();
    const value = JSON.parse(detailsJson(run, whole)) as { maps: { count: number }[] };
    expect(parseDetails(value, run).maps).toEqual(whole.maps);
    value.maps[0]!.count = 1;
    expect(() => parseDetails(value, run)).toThrow('reel.cells');
  });
});
