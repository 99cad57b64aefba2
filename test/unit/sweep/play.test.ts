import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { stateFile } from '../../../src/experiment/index.ts';
import { seal } from '../../../src/graph/index.ts';
import { ReplayInterrupted } from '../../../src/replay/index.ts';
import { parseResults } from '../../../src/report/index.ts';
import type { Job } from '../../../src/sweep/job.ts';
import { playJob } from '../../../src/sweep/play.ts';
import { testFolder } from '../../support/folder.ts';
import { sweepIn } from '../../support/sweep.ts';

const at = testFolder();

describe('a job that is played', () => {
  it('gives a record of its configuration, and says how far it is', async () => {
    const { jobs } = await sweepIn(at);
    const job = jobs[1] as Job;
    const shares: number[] = [];
    const results = parseResults(await playJob(job, { progress: (one) => shares.push(one) }));
    expect(results.seed).toBe(2);
    expect(results.systems.map(({ name }) => name)).toEqual(['scpv-template', 'mcpv-czone']);
    expect(results.configuration).toMatchObject({ policies: { keepAlive: '5s' } });
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it('stops when it is told to', async () => {
    const { jobs } = await sweepIn(at);
    const signal = AbortSignal.abort();
    await expect(playJob(jobs[0] as Job, { signal })).rejects.toThrow(ReplayInterrupted);
  });

  it('goes on from what is kept of it when it was stopped, and ends as one that was not', async () => {
    const { jobs } = await sweepIn(at);
    const job = jobs[0] as Job;
    const whole = await playJob(job);
    const place = stateFile(at('job.state'));
    const stop = new AbortController();
    const halt = (share: number): void => (share > 0.5 ? stop.abort() : undefined);
    const stopped = playJob(job, { place, signal: stop.signal, progress: halt });
    await expect(stopped).rejects.toThrow(ReplayInterrupted);
    const heard: [number, boolean][] = [];
    const progress = (...said: [number, boolean]): void => void heard.push(said);
    const again = await playJob(job, { place, progress });
    expect(heard[0]?.[0]).toBeGreaterThanOrEqual(0.5);
    expect(heard.every(([, isResumed]) => isResumed)).toBe(true);
    expect(again.systems).toEqual(whole.systems);
  });

  it.each([
    ['no checkpoint of this job', { job: 'another' }, new Map()],
    ['damaged', undefined, new Map([['the job: scpv-template', Uint8Array.of(255, 1, 2)]])],
    ['none of a replay', undefined, new Map([['the job: scpv-template', deflateRawSync('x')]])],
  ])('begins anew where what is kept is %s', async (_what, of, parts) => {
    const { jobs } = await sweepIn(at);
    const job = jobs[0] as Job;
    const kept = seal({ kind: 'checkpoint of a replay', of: of ?? { job: job.name }, parts });
    const place = { name: 'here', read: () => kept, write: () => {} };
    expect((await playJob(job, { place })).systems).toEqual((await playJob(job)).systems);
  });

  it('is refused when its trace is changed after the jobs before it were played', async () => {
    at('changed.csv', 'function,start_ms,duration_ms\na,0,5\n');
    const text = 'experiment: { trace: changed.csv, systems: [scpv-template] }\nseeds: [1, 2]';
    const [first, second] = (await sweepIn(at, text)).jobs as [Job, Job];
    await playJob(first);
    at('changed.csv', 'function,start_ms,duration_ms\na,0,9\n');
    await expect(playJob(second)).rejects.toThrow(/changed.csv: expected the trace of hash/);
  });

  it('is refused when its trace is another one than it was', async () => {
    at('calls.csv', 'timestamp_ms,function,duration_ms\n0,a,5\n');
    const text = 'experiment: { trace: calls.csv, systems: [scpv-template] }';
    const { jobs } = await sweepIn(at, text);
    at('calls.csv', 'timestamp_ms,function,duration_ms\n0,a,7\n');
    await expect(playJob(jobs[0] as Job)).rejects.toThrow(
      /calls.csv: expected the trace of hash [0-9a-f]{16}, found [0-9a-f]{16}$/,
    );
  });

  it('fails with the reason of a system that did not come to its end', async () => {
    const text = `experiment:
  trace: { synthetic: { functionCount: 2, minutes: 1, popular: { perMinute: 2, averageMs: 9, memoryMib: 128 } } }
  systems: [scpv-template]
  hosts: { memory: 1MiB }
  policies: { keepAlive: 1m }
`;
    const { jobs } = await sweepIn(at, text);
    const job = jobs[0] as Job;
    const refused = { ...job.experiment, warmupMinutes: 5 };
    await expect(playJob({ ...job, experiment: refused })).rejects.toThrow(/warm-up: expected/);
  });
});
