import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ResultsError } from '../../../src/report/index.ts';
import { openSweep, outcomesOf, writeSweep } from '../../../src/sweep/outcome.ts';
import { rowsOfCells } from '../../../src/sweep/row.ts';
import { JobStore } from '../../../src/sweep/store.ts';
import { chosen, rowsIn } from '../../../src/sweep/tables-in.ts';
import { folderWith, testFolder } from '../../support/folder.ts';
import { results, system } from '../../support/report.ts';
import { row } from '../../support/rows.ts';
import { sweepIn } from '../../support/sweep.ts';

const at = testFolder();

describe('results in a folder', () => {
  it('are read back from the table of a sweep', async () => {
    const sweep = await sweepIn(at);
    const store = new JobStore(at('out'));
    for (const job of sweep.jobs)
      await store.finish(job, { ...results(), systems: [system('a', 2)] });
    const outcomes = outcomesOf(sweep, store);
    writeSweep(openSweep(at('out'), false), sweep, outcomes);
    expect(await rowsIn(at('out'))).toEqual(rowsOfCells(outcomes.finished));
  });

  it('are read from the record of a run, and must be there', async () => {
    const folder = folderWith({});
    await expect(rowsIn(folder)).rejects.toThrow(
      /expected a folder with sweep.parquet or results.json/,
    );
    writeFileSync(join(folder, 'results.json'), JSON.stringify(results()));
    expect((await rowsIn(folder)).map((one) => one.system)).toEqual(
      results().systems.map(({ name }) => name),
    );
  });
});

describe('a table that is none', () => {
  it('is told with its place', async () => {
    const folder = folderWith({ 'sweep.parquet': 'PAR1 not quite PAR1' });
    await expect(rowsIn(folder)).rejects.toThrow(ResultsError);
    await expect(rowsIn(folder)).rejects.toThrow(/sweep\.parquet: expected the table of a sweep/);
    const other = folderWith({});
    mkdirSync(join(other, 'sweep.parquet'));
    await expect(rowsIn(other)).rejects.toThrow('found something that is not a file');
  });
});

describe('rows that are chosen', () => {
  const rows = [row({ keep: '1m' }, 1, 's', 1, 1), row({ keep: '10m' }, 1, 's', 1, 1)];

  it('have the value at the path', () => {
    expect(chosen(rows, [{ path: 'keep', label: '10m' }])).toEqual([rows[1]]);
    expect(chosen(rows, [])).toEqual(rows);
  });

  it('are refused where the path or the value is none, with the nearest', () => {
    expect(() => chosen(rows, [{ path: 'kep', label: '1m' }])).toThrow(
      /a path that is varied: keep \(did you mean keep\?\), found "kep"/,
    );
    expect(() => chosen(rows, [{ path: 'keep', label: '11m' }])).toThrow(
      /expected one of 1m, 10m \(did you mean 1m\?\), found "11m"/,
    );
    expect(() => chosen([row({}, 1, 's', 1, 1)], [{ path: 'x', label: '1' }])).toThrow(
      /of one run/,
    );
  });
});

it('a table tells how many of its cells are read, until all are', async () => {
  const sweep = await sweepIn(at);
  const store = new JobStore(at('told'));
  for (const job of sweep.jobs) await store.finish(job, results());
  const cells: [number, number][] = [];
  const outcomes = outcomesOf(sweep, store, (...told) => void cells.push(told));
  expect(cells).toEqual(sweep.cells.map((_, done) => [done, sweep.cells.length]));
  writeSweep(openSweep(at('told'), false), sweep, outcomes);
  const read: [number, number][] = [];
  await rowsIn(at('told'), (...told) => void read.push(told));
  expect(read.length).toBeGreaterThan(2);
  const [done, total] = read.at(-1)!;
  expect(done).toBe(total);
  expect(read.every(([some], n) => n === 0 || some > read[n - 1]![0])).toBe(true);
});
