import { describe, expect, it } from 'vitest';
import { policiesOf } from '../../../src/cli/bench.ts';
import { testFolder } from '../../support/folder.ts';

const file = testFolder();

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
