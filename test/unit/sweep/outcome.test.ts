import { readFileSync, readdirSync } from 'node:fs';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../src/sweep/job.ts';
import {
  effectsTable,
  openSweep,
  outcomesOf,
  outcomesText,
  paretoTable,
  writeSweep,
} from '../../../src/sweep/outcome.ts';
import { JobStore } from '../../../src/sweep/store.ts';
import { testFolder } from '../../support/folder.ts';
import { results, system } from '../../support/report.ts';
import { sweepIn } from '../../support/sweep.ts';

const at = testFolder();

async function rowsIn(file: string): Promise<Record<string, unknown>[]> {
  const bytes = new Uint8Array(readFileSync(file));
  return parquetReadObjects({ file: bytes.buffer });
}

describe('what came of a sweep', () => {
  it('is three tables and a record of the jobs that are finished', async () => {
    const sweep = await sweepIn(at);
    const store = new JobStore(at('out'));
    for (const [index, job] of sweep.jobs.slice(0, 3).entries()) {
      const systems = [system('a', 1 + index), system('b', 2 + index)];
      await store.finish(job, { ...results(), systems });
    }
    const outcomes = outcomesOf(sweep, store);
    expect(outcomes.finished).toHaveLength(3);
    writeSweep(openSweep(at('out'), false), sweep, outcomes);
    const written = [
      'effects.parquet',
      'jobs',
      'pareto.parquet',
      'report.html',
      'sweep.json',
      'sweep.parquet',
    ];
    expect(readdirSync(at('out')).toSorted()).toEqual(written);
    const rows = await rowsIn(at('out/sweep.parquet'));
    expect(rows.map((row) => [row['policies_keepAlive'], row['seed'], row['system']])).toEqual([
      ['5s', 1n, 'a'],
      ['5s', 1n, 'b'],
      ['5s', 2n, 'a'],
      ['5s', 2n, 'b'],
      ['10m', 1n, 'a'],
      ['10m', 1n, 'b'],
    ]);
    const record = JSON.parse(readFileSync(at('out/sweep.json'), 'utf8')) as {
      factors: unknown;
      cells: { job: string }[];
    };
    expect(record.factors).toEqual(['policies.keepAlive']);
    expect(record.cells.map(({ job }) => job)).toEqual(sweep.jobs.map(({ name }) => name));
    expect(outcomesText(outcomes)).toContain('policies.keepAlive');
  });

  it('names a record that cannot be read', async () => {
    const sweep = await sweepIn(at);
    const store = new JobStore(at('bad'));
    const job = sweep.jobs[0] as Job;
    await store.finish(job, results());
    at(`bad/jobs/${job.name}/results.json`, '{}');
    expect(() => outcomesOf(sweep, store)).toThrow(/results.json/);
  });
});

it('tables have what is unknown as no number', () => {
  const figure = 'startupMs' as const;
  const effect = { factor: 'f', level: '1', system: 's', figure, mean: 1, sd: 0, seeds: 1 };
  const { columns } = effectsTable([{ ...effect, against: undefined }]);
  expect(columns.find(({ name }) => name === 'ratio')?.cells[0]).toBeNaN();
  expect(paretoTable(['a.b'], []).columns[0]).toMatchObject({ name: 'a_b' });
});
