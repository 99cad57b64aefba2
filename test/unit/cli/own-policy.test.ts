import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { UsageError } from '../../../src/cli/fault.ts';
import { asOwn, policiesOf } from '../../../src/cli/own-policy.ts';
import { testFolder } from '../../support/folder.ts';

const file = testFolder();
const WHOLE = '({ name: "own", firstBlocks: () => 1, nextBlocks: () => 1, observe: () => {} })';

describe('a policy from a file', () => {
  it('is what the file exports', async () => {
    const module = file('own.mjs', `export const growth = () => ${WHOLE};`);
    expect((await policiesOf(module)).growth?.().name).toBe('own');
  });

  it.each([
    ['none.mjs', 'export const other = 1;', /expected exports of growth, .* found other/],
    ['wrong.mjs', 'export const growth = {};', /each a function/],
    ['broken.mjs', 'export const growth = (', /cannot be loaded/],
    [
      'lacking.mjs',
      'export const growth = () => ({ name: "own" });',
      /lacking\.mjs: growth\.firstBlocks: expected a function/,
    ],
    ['nothing.mjs', 'export const keepAlive = () => {};', /nothing\.mjs: keepAlive: expected/],
    [
      'throws.mjs',
      '\nexport const placement = () => { throw new TypeError("no rooms"); };',
      /throws\.mjs:2:\d+: no rooms$/,
    ],
  ])('is refused in a line: %s', async (name, text, message) => {
    const refused = policiesOf(file(name, text));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(UsageError);
  });

  it('is to blame for what it says or throws while it is asked, and for nothing else', async () => {
    const path = file('asked.mjs', `export const growth = () => ${WHOLE};`);
    const fails = (error: Error) => asOwn(path, () => Promise.reject(error));
    await expect(fails(new RefusedArgument('blocks', 'a whole number', 0.5))).rejects.toThrow(
      /^--policy: .*asked\.mjs: blocks: expected a whole number, found 0\.5$/,
    );
    await expect(fails(new TypeError('a defect of ours'))).rejects.toThrow(/^a defect of ours$/);
    const without = asOwn(undefined, () => Promise.reject(new RefusedArgument('a', 'b', 'c')));
    await expect(without).rejects.toThrow(RefusedArgument);
  });
});
