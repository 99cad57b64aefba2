import { expect, it } from 'vitest';
import { FIGURES, figuresOf } from '../../../src/replay/figures.ts';
import { system } from '../../support/report.ts';

it('takes means, the whole footprint, and CPU time of both sides', () => {
  const one = system('a');
  expect(figuresOf(one)).toEqual({
    startupMs: 76,
    sandboxMs: 62,
    footprintGiBSeconds: one.footprintGiBSeconds,
    slowdown: 1.01,
    cpuMs: 1500,
  });
  expect(Object.keys(figuresOf(one))).toEqual(FIGURES);
});
