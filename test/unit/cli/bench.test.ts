import { describe, expect, it } from 'vitest';
import { type BenchRecord, comparison, policiesOf } from '../../../src/cli/bench.ts';
import { testFolder } from '../../support/folder.ts';

const file = testFolder();

function record(ns: number, hash: string): BenchRecord {
  const result = { name: 'touch', operation: 'page', operations: 10, hash, counts: { got: 3 } };
  return {
    schema: 1,
    command: [],
    versions: {},
    guestFrames: 1,
    policy: undefined,
    cpu: '',
    benches: [{ ...result, nsPerOperation: ns, lowestNs: ns - 1, highestNs: ns + 1 }],
  };
}

describe('a policy from a file', () => {
  it('is what the file exports', async () => {
    const module = file('own.mjs', 'export const growth = () => ({ name: "own" });');
    expect((await policiesOf(module)).growth?.().name).toBe('own');
  });

  it.each([
    ['none.mjs', 'export const other = 1;', /expected exports of growth, .* found other/],
    ['wrong.mjs', 'export const growth = {};', /each a function/],
    ['broken.mjs', 'export const growth = (', /cannot be loaded/],
  ])('is refused in a line: %s', async (name, text, message) => {
    await expect(policiesOf(file(name, text))).rejects.toThrow(message);
  });
});

describe('two records beside each other', () => {
  it('say the ratio, whether runs overlap, and whether the work was the same', () => {
    const text = comparison(record(100, 'a'), record(150, 'a'));
    expect(text).toMatch(/touch +100 +150 +1\.50x +apart +equal +got 3/);
    expect(comparison(record(100, 'a'), record(101, 'b'))).toMatch(/1\.01x +overlap +other/);
  });
});
