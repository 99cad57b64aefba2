import { expect, it } from 'vitest';
import { Population } from '../../../src/replay/population.ts';

it('has mean and peak of what lasted in the measured time', () => {
  const population = new Population(1000);
  population.change(0, 5, 1);
  population.change(900, -3, 0);
  population.change(2000, 4, 1);
  population.change(2000, -4, 0);
  population.change(3000, 2, 0);
  expect([population.containers, population.vms]).toEqual([4, 2]);
  expect(population.tally(5000)).toEqual({
    containers: { mean: (2 * 2000 + 4 * 2000) / 4000, peak: 4 },
    vms: { mean: (1 * 1000 + 2 * 3000) / 4000, peak: 2 },
  });
});
