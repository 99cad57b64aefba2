// The folder of a sweep: a folder a job, in which results appear at once or not at all.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KIB } from '../abi/unit.ts';
import { experimentIn, experimentYaml } from '../experiment/index.ts';
import { type Format, JSON_FORMAT, type Results, resultsJson } from '../report/index.ts';
import { readResults, replaceFile, writeReport } from '../report/node.ts';
import type { Failure } from './engine.ts';
import { type Job, jobJson } from './job.ts';

const RESULTS = 'results.json';
const FAILURE = 'failure.json';
const JOB = 'job.json';
const STATE = 'job.state';

/** The record and what plays it again: details of a job are not kept, there are many. */
const JOB_FORMAT: Format = {
  ...JSON_FORMAT,
  files: JSON_FORMAT.files
    .filter(({ name }) => name !== 'details.json')
    .map((file) => ({ ...file, usualBytes: 16 * KIB })),
  render: ({ results, experiment = '' }) => ({
    files: [
      { name: RESULTS, content: resultsJson(results) },
      { name: 'experiment.yaml', content: experiment },
    ],
  }),
};

export class JobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  folderOf({ name }: Job): string {
    return join(this.#folder, 'jobs', name);
  }

  /** Whether a job has results: they are whole, since they appear at once. */
  isFinished(job: Job): boolean {
    return existsSync(join(this.folderOf(job), RESULTS));
  }

  async finish(job: Job, results: Results): Promise<void> {
    const folder = this.folderOf(job);
    const experiment = experimentYaml(experimentIn(folder, job.experiment));
    await writeReport({ results, details: {}, experiment }, [JOB_FORMAT], folder);
    for (const name of [FAILURE, STATE]) rmSync(join(folder, name), { force: true });
  }

  /** The file of what a job can go on from, until it has results. Its folder is there then. */
  stateOf(job: Job): string {
    const folder = this.folderOf(job);
    mkdirSync(folder, { recursive: true });
    return join(folder, STATE);
  }

  /** Why it has none. */
  fail(job: Job, failure: Failure, attempts: number): void {
    const text = JSON.stringify({ ...failure, attempts, job }, null, 2);
    this.#write(job, FAILURE, `${text}\n`);
  }

  /** For a worker that is given a file. */
  describe(job: Job): string {
    return this.#write(job, JOB, jobJson(job));
  }

  /** Of a job that has some. Throws ResultsError. */
  resultsOf(job: Job): Results {
    return readResults(join(this.folderOf(job), RESULTS));
  }

  /** What its last failure was; undefined: there was none. */
  failureOf(job: Job): string | undefined {
    const path = join(this.folderOf(job), FAILURE);
    if (!existsSync(path)) return undefined;
    try {
      const { reason } = JSON.parse(readFileSync(path, 'utf8')) as Failure;
      return reason;
    } catch {
      return undefined; // a file that somebody has edited says nothing
    }
  }

  #write(job: Job, name: string, text: string): string {
    const folder = this.folderOf(job);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, name);
    replaceFile(path, text);
    return path;
  }
}
