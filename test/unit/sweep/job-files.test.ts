import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { JobError, emitSweep, playJobFiles, threadEngine } from '../../../src/sweep/index.ts';
import type { Engine } from '../../../src/sweep/engine.ts';
import { testFolder } from '../../support/folder.ts';
import { results } from '../../support/report.ts';
import { GRID } from '../../support/sweep.ts';

const at = testFolder();
const { signal } = new AbortController();

/** The second job that it is given fails. */
function engineOf(): Engine {
  let count = 0;
  return {
    play: async (jobs, hearing) => {
      for (const job of jobs) {
        count += 1;
        const failure = { kind: 'Error', reason: 'why' };
        await hearing.ended(
          count === 2 ? { job, failure, attempts: 1 } : { job, results: results() },
        );
      }
    },
  };
}

async function emitted(): Promise<string[]> {
  await emitSweep(at('sweep.yaml', GRID), at('out'), 'shell');
  const lines = readFileSync(at('out/jobs.txt'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.replace('guestmem worker ', ''));
}

it('jobs of files are played into their folders; those that failed are told, and only they are left', async () => {
  const files = await emitted();
  const begun: number[] = [];
  const begins = (jobs: number): void => void begun.push(jobs);
  const options = { engine: engineOf(), signal, begins };
  const missing = await playJobFiles(files, options);
  expect(missing).toEqual([{ folder: files[1]?.replace('/job.json', ''), reason: 'why' }]);
  expect(await playJobFiles(files, { ...options, engine: engineOf() })).toEqual([]);
  expect(begun).toEqual([4, 1]);
});

it('what is no job, and what is no list of files, is refused', async () => {
  const options = { engine: threadEngine(1), signal };
  await expect(playJobFiles([at('none.json')], options)).rejects.toThrow(JobError);
  await expect(playJobFiles([at('text.json', 'x')], options)).rejects.toThrow(/found no JSON/);
  await expect(playJobFiles(5 as never, options)).rejects.toThrow(RefusedArgument);
  await expect(playJobFiles([5 as never], options)).rejects.toThrow(RefusedArgument);
});
