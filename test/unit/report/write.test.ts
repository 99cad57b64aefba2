import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FORMATS, type Format } from '../../../src/report/index.ts';
import { readResults, writeFigures, writeReport } from '../../../src/report/node.ts';
import { ResultsError } from '../../../src/report/schema.ts';
import { emptyFolder } from '../../support/folder.ts';
import { details, results } from '../../support/report.ts';

let folder: string;

beforeEach(() => {
  folder = emptyFolder();
});

const REPORT = { results: results(), details: details() };

function format(name: string): Format {
  const found = FORMATS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no format ${name}`);
  return found;
}

describe('a report', () => {
  it('is written into a folder that it makes, and its record read back', async () => {
    const { paths, text } = await writeReport(REPORT, [format('json')], join(folder, 'a', 'b'));
    expect(paths).toEqual(
      ['results.json', 'details.json'].map((name) => join(folder, 'a', 'b', name)),
    );
    expect(text).toBe('');
    expect(readResults(paths[0] as string)).toEqual(results());
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['details.json', 'results.json']);
  });

  it.each(FORMATS)('with a wrong record is refused by $name and touches nothing', async (one) => {
    const wrong = results();
    wrong.systems[0]!.footprintBy.vmm = 0;
    const written = writeReport({ ...REPORT, results: wrong }, [one], folder);
    await expect(written).rejects.toThrow(ResultsError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('writes no file when a later format fails', async () => {
    const [first, second] = details().series!;
    const series = [first!, { ...second!, columns: {} }];
    const uneven = { results: results(), details: { series } };
    const formats = [format('json'), format('csv')];
    await expect(writeReport(uneven, formats, folder)).rejects.toThrow(
      /expected guestOs, anonymous, found/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is written in formats alone, by what they render alone', async () => {
    const json = format('json');
    const write = (one: object): Promise<unknown> => writeReport(REPORT, [one as never], folder);
    await expect(write({ ...json, files: [{}] })).rejects.toThrow('formats[0].files[0].name: ');
    await expect(write({ ...json, render: () => {} })).rejects.toThrow('rendered: expected an');
    await expect(write({ ...json, render: () => ({ files: [5] }) })).rejects.toThrow(
      'rendered.files[0]: expected an object, found 5',
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('as a table alone is text and no folder', async () => {
    const { paths, text } = await writeReport(REPORT, [format('table')], join(folder, 'none'));
    expect(paths).toEqual([]);
    expect(text).toMatch(/^made: 100,000 invocations/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('output formats', () => {
  it('say whether they tell what keep-alive policies make of a trace', async () => {
    const point = { cold: 3, coldQuartile: 0.5, ahead: 0, idleSeconds: 60, wastedGiBSeconds: 2 };
    const keepAlives = [{ policy: 'fixed:10m', isOwn: true, ...point }];
    for (const one of FORMATS) {
      const [told, untold] = [{ ...REPORT, details: { ...details(), keepAlives } }, REPORT].map(
        (report) => one.render(report),
      );
      const isSame = JSON.stringify(await told) === JSON.stringify(await untold);
      expect(isSame, one.name).toBe(one.hasKeepAlives !== true);
    }
  });

  it('each leave something, the same each time, in files of their own', async () => {
    const names: string[] = [];
    for (const one of FORMATS) {
      const { text = '', files = [] } = await one.render(REPORT);
      expect(text.length + files.length).toBeGreaterThan(0);
      expect(await one.render(REPORT)).toEqual(await one.render(REPORT));
      names.push(...files.map(({ name }) => name));
    }
    expect(new Set(names).size).toBe(names.length);
  });

  it('have a name of one word and a sentence', () => {
    expect(new Set(FORMATS.map(({ name }) => name)).size).toBe(FORMATS.length);
    for (const { name, sentence } of FORMATS) {
      expect(name).toMatch(/^[a-z]+$/);
      expect(sentence).toMatch(/^[A-Z][^.]*(?:\.\w[^.]*)*\.$/);
    }
  });
});

it('a figure says, for programs, which run it is of', async () => {
  const made = { command: ['guestmem', 'a&b'], versions: { guestmem: '1', abi: 1, core: 'c' } };
  const report = { ...REPORT, results: { ...REPORT.results, made } };
  const [first = ''] = await writeFigures(report, join(folder, 'figures'), { width: 960 });
  const svg = readFileSync(first, 'utf8');
  const [, metadata = ''] = /<metadata>([^<]*)<\/metadata><\/svg>\s*$/.exec(svg) ?? [];
  const words: unknown = JSON.parse(metadata.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
  const hashes = Object.fromEntries(REPORT.results.systems.map(({ name, hash }) => [name, hash]));
  expect(words).toEqual({ seed: 1, trace: { name: 'made' }, hashes, ...made });
});
