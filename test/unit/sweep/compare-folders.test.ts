import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { ResultsError } from '../../../src/report/index.ts';
import { compareResults, runSweep, threadEngine } from '../../../src/sweep/index.ts';
import { testFolder } from '../../support/folder.ts';
import { GRID } from '../../support/sweep.ts';

const at = testFolder();
const OUT = at('out');
const choice = (label: string) => [{ path: 'policies.keepAlive', label }];

it('a folder is compared with itself by two choices, figure by figure', async () => {
  await runSweep(at('sweep.yaml', GRID), OUT, { engine: threadEngine(1) });
  const same = await compareResults(OUT, OUT);
  expect(same.every(({ contrast, isBeyond }) => contrast.ratio === 1 && !isBeyond)).toBe(true);
  const told: number[] = [];
  const found = await compareResults(OUT, OUT, {
    a: choice('5s'),
    b: choice('10m'),
    onCompared: (done) => void told.push(done),
  });
  expect(new Set(found.map(({ system }) => system))).toEqual(
    new Set(['scpv-template', 'mcpv-czone']),
  );
  expect(found.some(({ contrast }) => contrast.ratio !== 1)).toBe(true);
  expect(told.length).toBeGreaterThan(found.length - 1);
});

it('a folder without results, a choice that is not there and what is no choice are refused', async () => {
  await expect(compareResults(at('.'), OUT)).rejects.toThrow(ResultsError);
  const wrong = [{ a: choice('5m') }, { a: [{}] }, { a: 5 }, 5] as never[];
  for (const options of wrong) {
    await expect(compareResults(OUT, OUT, options)).rejects.toThrow(RefusedArgument);
  }
  await expect(compareResults(5 as never, OUT)).rejects.toThrow(RefusedArgument);
});
