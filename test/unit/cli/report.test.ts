import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { reportCommand } from '../../../src/cli/report.ts';
import { FORMATS } from '../../../src/report/index.ts';
import { writeReport } from '../../../src/report/node.ts';
import { ran } from '../../support/command.ts';
import { emptyFolder } from '../../support/folder.ts';
import { details, results } from '../../support/report.ts';

const FOLDER = emptyFolder();

describe('guestmem report', () => {
  beforeAll(async () => {
    const formats = FORMATS.filter(({ name }) => ['json', 'html'].includes(name));
    await writeReport({ results: results(), details: details() }, formats, join(FOLDER, 'run'));
  });

  it('makes the same page again, and leaves the other files', async () => {
    const page = join(FOLDER, 'run', 'report.html');
    const first = readFileSync(page, 'utf8');
    rmSync(page);
    const { code, out, err } = await ran(reportCommand(), join(FOLDER, 'run'));
    expect([code, out, err]).toEqual([0, `wrote ${page}\n`, '']);
    expect(readFileSync(page, 'utf8')).toBe(first);
    expect(readdirSync(join(FOLDER, 'run')).toSorted()).toEqual([
      'details.json',
      'report.html',
      'results.json',
    ]);
  });

  it('refuses a folder without results, and results that are none, in one line', async () => {
    mkdirSync(join(FOLDER, 'empty'));
    mkdirSync(join(FOLDER, 'bad'));
    writeFileSync(join(FOLDER, 'bad', 'results.json'), '{}');
    for (const [name, told] of [
      ['empty', 'expected a folder with results.json'],
      ['bad', 'results.json: schema: '],
    ] as const) {
      const { code, err } = await ran(reportCommand(), join(FOLDER, name));
      expect(code).toBe(2);
      expect(err).toContain(told);
      expect(err).not.toContain('\n');
    }
  });
});
