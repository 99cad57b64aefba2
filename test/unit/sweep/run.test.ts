import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import type { Engine } from '../../../src/sweep/engine.ts';
import type { Job } from '../../../src/sweep/job.ts';
import { playInto, runSweep, unfinished } from '../../../src/sweep/run.ts';
import { JobStore } from '../../../src/sweep/store.ts';
import { testFolder } from '../../support/folder.ts';
import { results } from '../../support/report.ts';
import { GRID, sweepIn } from '../../support/sweep.ts';

const at = testFolder();
const { signal } = new AbortController();

/** Ends jobs in another order than they came; the first one fails. */
const ENGINE: Engine = {
  play: async (jobs, hearing) => {
    hearing.tell('begun');
    for (const job of jobs.toReversed()) {
      hearing.progress(job, 0.5);
      if (job !== jobs[0]) await hearing.ended({ job, results: results() });
      else await hearing.ended({ job, failure: { kind: 'Error', reason: 'why' }, attempts: 3 });
    }
  },
};

describe('a sweep that runs', () => {
  it('keeps what is finished, tells what failed, and has left what it has not', async () => {
    const sweep = await sweepIn(at);
    const store = new JobStore(at('out'));
    const [first] = sweep.jobs;
    const heard: string[] = [];
    const failed = await playInto(unfinished(sweep, store), 2, store, {
      engine: ENGINE,
      signal,
      tell: (line) => void heard.push(line),
      ended: (job, failure) => void heard.push(`${job === first} ${failure?.reason}`),
    });
    expect(failed).toEqual([{ job: first, failure: { kind: 'Error', reason: 'why' } }]);
    expect(heard).toEqual(['begun', ...Array(3).fill('false undefined'), 'true why']);
    expect(unfinished(sweep, store)).toEqual([first]);
    expect(store.failureOf(first as Job)).toBe('why');
  });
});

describe('a sweep from its file to its results', () => {
  it('tells what came of it and what is missing, and goes on where it was', async () => {
    const file = at('own.yaml', `${GRID}folder: own\n`);
    const begun: number[] = [];
    const begins = (_: unknown, jobs: number): void => void begun.push(jobs);
    const first = await runSweep(file, undefined, { engine: ENGINE, begins });
    expect([first.finished, first.missing.length, first.outcomes.finished.length]).toEqual([
      3, 1, 3,
    ]);
    expect(first.missing[0]).toMatchObject({ reason: 'why' });
    expect(first.files.every((path) => path.startsWith(at('own/')) && existsSync(path))).toBe(true);
    const again = await runSweep(file, undefined, { begins, isCollected: true });
    expect([again.finished, again.missing]).toEqual([3, first.missing]);
    expect(begun).toEqual([4, 0]);
  });

  it('refuses what is no path and no option, and makes no folder', async () => {
    const file = at('own.yaml', GRID);
    const wrong = [{ engine: {} }, { retries: -1 }, { isForced: 'yes' }, { ended: 5 }, null];
    for (const options of wrong as never[]) {
      await expect(runSweep(file, at('none'), options)).rejects.toThrow(RefusedArgument);
    }
    await expect(runSweep(5 as never)).rejects.toThrow(RefusedArgument);
    expect(existsSync(at('none'))).toBe(false);
  });
});
