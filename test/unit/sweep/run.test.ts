import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/sweep/engine.ts';
import type { Job } from '../../../src/sweep/job.ts';
import { playInto, unfinished } from '../../../src/sweep/run.ts';
import { JobStore } from '../../../src/sweep/store.ts';
import { testFolder } from '../../support/folder.ts';
import { results } from '../../support/report.ts';
import { sweepIn } from '../../support/sweep.ts';

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
