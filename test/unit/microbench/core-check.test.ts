/** A core beside the standard one. */
import { expect, it } from 'vitest';
import { compiledCore } from '../../../src/core/index.ts';
import { checkCore } from '../../../src/microbench/index.ts';

it('finds that the standard core is equal to itself, and tells how far it is', () => {
  const told: number[][] = [];
  const hear = (...counts: number[]): void => void told.push(counts);
  expect(checkCore(compiledCore('verify'), hear)).toEqual({ word: 'equal', operations: 20_000 });
  expect(told.length).toBeGreaterThan(2);
  expect(told.every(([done, total]) => done! < total! && total === 20_000)).toBe(true);
});

it('finds a core broken that does not walk its rules, and leaves the standard one in its place', () => {
  const before = compiledCore('verify');
  const verdict = checkCore(compiledCore('release'));
  expect(verdict).toMatchObject({ word: 'broken', at: 0 });
  expect(verdict.fault).toContain('cannot walk itself');
  expect(compiledCore('verify')).toBe(before);
});
