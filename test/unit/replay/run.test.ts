import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import {
  SYSTEMS,
  detailsOf,
  pricesOf,
  replay,
  resultsOf,
  seedsOf,
  sensitivityOf,
} from '../../../src/replay/index.ts';
import { expectRun } from '../../../src/replay/run.ts';
import { handTrace } from '../../support/traces.ts';

const SYSTEM = SYSTEMS.filter(({ name }) => name === 'scpv-template');

it('a run is what a replay made; anything else is refused by whatever takes one', async () => {
  const run = await replay(handTrace([[0, 5]], 60_000), { systems: SYSTEM, seed: 1 });
  expect(expectRun('run', run)).toBe(run);
  const { trace } = run;
  for (const wrong of [undefined, null, 5, 'run', [], {}, { trace }, { trace, systems: [null] }]) {
    const taken = wrong as never;
    for (const take of [resultsOf, detailsOf, seedsOf]) {
      expect(() => take(taken), JSON.stringify(wrong)).toThrow(RefusedArgument);
    }
    expect(() => sensitivityOf(taken, pricesOf({}))).toThrow(RefusedArgument);
  }
  expect(() => sensitivityOf(run, {} as never)).toThrow(RefusedArgument);
  expect(() => seedsOf([])).toThrow('runs: expected one or more, found "none"');
});

it.each([
  ['weights.onClock: expected a typed array', { weights: {} }],
  ['functions.readFrames: expected a typed array', { functions: undefined, readFrames: 5 }],
  ['series.frames.length', { series: { frames: [] } }],
  ['priced[0].cpuMs.host: expected a number', { cpuMs: { guest: 1, host: Symbol('x') } }],
])('a run is looked at to its ends: %s', async (fault, part) => {
  const run = await replay(handTrace([[0, 5]], 60_000), { systems: SYSTEM, seed: 1 });
  const [system] = run.systems as never as [Record<string, object>];
  const [own] = system['priced'] as never as [object];
  const wrong = {
    ...system,
    ...('weights' in part && { weights: { ...system['weights'], onClock: 5 } }),
    ...('functions' in part && { functions: { ...system['functions'], readFrames: 5 } }),
    ...('series' in part && { series: { ...system['series'], frames: [] } }),
    ...('cpuMs' in part && { priced: [{ ...own, ...part }] }),
  };
  expect(() => resultsOf({ ...run, systems: [wrong] } as never)).toThrow(`run.systems[0].${fault}`);
});
