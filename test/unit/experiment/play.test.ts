/** An experiment as a whole: its seeds, its rows of calls, and a state that another process goes on from. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { CheckpointError } from '../../../src/experiment/checkpoint.ts';
import { type Experiment, defaultExperiment } from '../../../src/experiment/experiment.ts';
import { formatsOf, playExperiment } from '../../../src/experiment/play.ts';
import { ReplayInterrupted } from '../../../src/replay/index.ts';
import { testFolder } from '../../support/folder.ts';

const pathOf = testFolder();

const EXPERIMENT: Experiment = {
  ...defaultExperiment(),
  minutes: 3,
  systems: ['mcpv-czone'],
  outputs: { formats: ['json'] },
};
const WITH_ROWS = { ...EXPERIMENT, outputs: { formats: ['json', 'csv'], records: true } };

describe('an experiment that is played', () => {
  it('has the results of each seed and says what was played', async () => {
    const seeds = { ...EXPERIMENT, minutes: 1, seed: 4, seeds: [4, 5] };
    const begun: number[] = [];
    const options = { jobs: 1, again: (runs: number) => begun.push(runs) };
    const { run, report } = await playExperiment(seeds, options);
    const { results } = report;
    expect(results.systems[0]?.hash).toBe(run.systems[0]?.hash);
    expect(results.seeds?.systems[0]?.hashes[0]).toBe(run.systems[0]?.hash);
    expect(results.seeds?.seeds).toEqual([4, 5]);
    expect(results.configuration).toMatchObject({ seeds: [4, 5], systems: ['mcpv-czone'] });
    expect(report.experiment).toContain('seeds:');
    expect(begun).toEqual([2]);
  });

  it('goes on from the state that it left when it was interrupted, to the same hash and rows', async () => {
    const rowsOf = async (options: Parameters<typeof playExperiment>[1]) => {
      using played = await playExperiment(WITH_ROWS, { jobs: 1, ...options });
      const { run, report, close } = played;
      const rows = [...(report.records?.rowsOf('mcpv-czone') ?? [])].flatMap(({ atMs }) => [
        ...atMs,
      ]);
      close();
      return { hash: run.systems[0]?.hash, rows };
    };
    const whole = await rowsOf({ recordsIn: pathOf('rows') });
    const file = pathOf('run.state');
    const ended = new AbortController();
    const checkpoint = { file, everyMinutes: 1 };
    const progress = (_: string, share: number): void => {
      if (share > 0.3) ended.abort();
    };
    const interrupted = playExperiment(WITH_ROWS, {
      jobs: 1,
      checkpoint,
      progress,
      signal: ended.signal,
    });
    await expect(interrupted).rejects.toThrow(ReplayInterrupted);
    expect(existsSync(file)).toBe(true);
    expect(await rowsOf({ checkpoint: { ...checkpoint, resume: file } })).toEqual(whole);
    expect(whole.rows.length).toBeGreaterThan(100);
  });

  it.each([
    [{ checkpoint: { file: pathOf('x'), everyMinutes: 0 } }, RefusedArgument, 'everyMinutes'],
    [{ checkpoint: { resume: pathOf('none') } }, CheckpointError, 'none: expected a checkpoint'],
    [{ checkpoint: { file: pathOf('own.txt', 'text') } }, CheckpointError, 'own.txt'],
  ])('is refused with a typed error: %#', async (options, kind, text) => {
    const played = playExperiment({ ...EXPERIMENT, minutes: 1 }, options);
    await expect(played).rejects.toThrow(kind);
    await expect(played).rejects.toThrow(text);
  });

  it('has no place for rows of calls unless one is said', async () => {
    await expect(playExperiment(WITH_ROWS)).rejects.toThrow('recordsIn: expected a folder');
  });

  it('refuses a state of another experiment', async () => {
    const file = pathOf('other.state');
    const minute = { ...EXPERIMENT, minutes: 1 };
    await playExperiment(minute, { jobs: 1, checkpoint: { file, everyMinutes: 1 } });
    const other = { ...minute, seed: 2 };
    const resumed = playExperiment(other, { jobs: 1, checkpoint: { resume: file } });
    await expect(resumed).rejects.toThrow(CheckpointError);
  });
});

function names(outputs: Experiment['outputs']): string[] {
  return formatsOf({ ...EXPERIMENT, outputs }).map(({ name }) => name);
}

it('an experiment with rows of calls has a format that holds them', () => {
  expect(names({ formats: ['json'], records: true })).toEqual(['json', 'parquet']);
  expect(names({ formats: ['csv'], records: true })).toEqual(['csv']);
  expect(names({ formats: ['json'] })).toEqual(['json']);
});
