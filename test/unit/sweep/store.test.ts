import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readExperiment } from '../../../src/experiment/index.ts';
import { type Job, parseJob } from '../../../src/sweep/job.ts';
import { JobStore } from '../../../src/sweep/store.ts';
import { testFolder } from '../../support/folder.ts';
import { results } from '../../support/report.ts';
import { sweepIn } from '../../support/sweep.ts';

const at = testFolder();

describe('a folder of jobs', () => {
  it('has a job when its results are there, which are read back', async () => {
    const store = new JobStore(at('out'));
    const job = (await sweepIn(at)).jobs[0] as Job;
    expect(store.isFinished(job)).toBe(false);
    await store.finish(job, results());
    expect(store.isFinished(job)).toBe(true);
    expect(store.resultsOf(job)).toEqual(results());
    const folder = store.folderOf(job);
    expect(readdirSync(folder).toSorted()).toEqual(['experiment.yaml', 'results.json']);
    const again = readExperiment(join(folder, 'experiment.yaml'));
    expect(again.policies).toEqual(job.experiment.policies);
  });

  it('says why a job failed, until it is finished', async () => {
    const store = new JobStore(at('out'));
    const job = (await sweepIn(at)).jobs[1] as Job;
    expect(store.failureOf(job)).toBeUndefined();
    store.fail(job, { kind: 'Error', reason: 'no memory' }, 3);
    expect([store.failureOf(job), store.isFinished(job)]).toEqual(['no memory', false]);
    await store.finish(job, results());
    expect(store.failureOf(job)).toBeUndefined();
  });

  it('describes a job for a worker that is given a file', async () => {
    const store = new JobStore(at('out'));
    const job = (await sweepIn(at)).jobs[2] as Job;
    const file = store.describe(job);
    expect(existsSync(file)).toBe(true);
    expect(parseJob(readFileSync(file, 'utf8'), file).name).toBe(job.name);
  });
});
