import { expect, it } from 'vitest';
import { comparison, prices, startUp } from '../../../../src/report/page/sections.ts';
import { formatMs } from '../../../../src/report/unit.ts';
import { wholeRun } from '../../../support/browser.ts';
import { levels, results, system } from '../../../support/report.ts';

it('the comparison has the figures of the record', () => {
  const run = wholeRun();
  const html = comparison(run);
  for (const { startupMs, hash } of run.results.systems) {
    expect(html).toContain(`data-v="${startupMs.mean}"`);
    expect(html).toContain(formatMs(startupMs.mean));
    expect(html).not.toContain(hash);
  }
});

it('prices that turn a comparison are named, and no others', () => {
  const details = { levels: [levels('scpv-template', [1, 1, 1]), levels('b', [0.4, 0.5, 0.7])] };
  const html = prices({ results: results(system('scpv-template'), system('b')), details });
  expect(html).toContain('mean slowdown of b');
  expect(html).not.toContain('mean start-up of b');
});

it('no start was cold: it says so', () => {
  const warm = system('warm');
  warm.starts.cold = 0;
  expect(startUp({ results: results(warm), details: {} })).toContain('No start was cold.');
});
