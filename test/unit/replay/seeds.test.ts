import { expect, it } from 'vitest';
import { seedsOf } from '../../../src/replay/index.ts';
import { results, system } from '../../support/report.ts';

it('has each figure under each seed, with mean and deviation, of systems that all have', () => {
  const runs = [1, 2, 3].map((factor) => ({
    ...results(system('a', factor), ...(factor < 3 ? [system('b', factor)] : [])),
    seed: factor * 10,
  }));
  const { seeds, systems } = seedsOf(runs);
  expect(seeds).toEqual([10, 20, 30]);
  expect(systems.map(({ name }) => name)).toEqual(['a']);
  expect(systems[0]!.hashes).toHaveLength(3);
  expect(systems[0]!.figures.startupMs).toEqual({ perSeed: [76, 152, 228], mean: 152, sd: 76 });
  expect(systems[0]!.figures.slowdown.sd).toBe(0);
});

it('has no deviation of one', () => {
  expect(seedsOf([results()]).systems[0]!.figures.cpuMs.sd).toBe(0);
});
