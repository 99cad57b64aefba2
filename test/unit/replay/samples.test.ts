import { expect, it } from 'vitest';

import { Samples } from '../../../src/replay/samples.ts';

it('holds as many samples as come, in their order', () => {
  const samples = new Samples();
  expect([samples.count, samples.values().length]).toEqual([0, 0]);
  for (let i = 0; i < 1000; i++) samples.push(1000 - i);
  expect(samples.count).toBe(1000);
  expect([...samples.values()]).toEqual(Array.from({ length: 1000 }, (_, i) => 1000 - i));
});

it('gives values that the next sample does not change', () => {
  const samples = new Samples();
  samples.push(1);
  const values = samples.values();
  samples.push(2);
  values[0] = 99;
  expect([values.length, ...samples.values()]).toEqual([1, 1, 2]);
});
