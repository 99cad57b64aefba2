import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { UsageError } from '../../../src/cli/fault.ts';
import { inputOf, saidOfOptions, toldFiles } from '../../../src/cli/trace-input.ts';
import { makeVhive } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

describe('the input of a trace command', () => {
  it('is cut at --minutes, where that is a number of minutes', async () => {
    const folder = makeVhive([[1, 2, 4]]);
    const flags = { seed: '1', minutes: '2' };
    expect(await inputOf(folder, flags, true)).toMatchObject({ invocations: 3 });
    expect(await inputOf(folder, { ...flags, minutes: '0-2' }, false)).toMatchObject({
      invocations: 7,
    });
  });

  it.each([
    [{ seed: 'x' }, '--seed: '],
    [{ seed: '1', minutes: '0' }, '--minutes: '],
    [{ seed: '1', columns: 'time=t' }, '--columns: '],
  ])('is refused for %j before it is looked at', async (flags, said) => {
    await expect(inputOf('/nonexistent', flags, true)).rejects.toThrow(UsageError);
    await expect(inputOf('/nonexistent', flags, true)).rejects.toThrow(said);
  });
});

const refuse = (): never => {
  throw new RefusedArgument('toMinute', 'a whole number of 1 to 3', 9);
};

describe('what the library says of an argument', () => {
  it('is said of the option', () => {
    expect(() => saidOfOptions(refuse)).toThrow(
      new UsageError('--minutes: expected a whole number of 1 to 3, found 9'),
    );
  });

  it('is a defect where no option is meant, as other errors are', () => {
    const defect = new RangeError('Invalid array length');
    expect(() =>
      saidOfOptions(() => {
        throw defect;
      }),
    ).toThrow(defect);
    expect(saidOfOptions(() => 5)).toBe(5);
  });
});

describe('how far a trace is read', () => {
  it('is told of the bytes of all its files, those of one by the rows taken in', () => {
    const folder = folderWith({ 'a.csv': 'x'.repeat(100), 'b.csv': 'y'.repeat(300) });
    const told: number[] = [];
    const files = toldFiles(folder, (done, total) => {
      expect(total).toBe(400);
      told.push(done);
    });
    files.read(`${folder}/a.csv`);
    files.taken?.(`${folder}/a.csv`, 0.5);
    files.read(`${folder}/b.csv`);
    files.taken?.(`${folder}/b.csv`, 1 / 3);
    expect(told).toEqual([0, 50, 100, 200]);
  });
});
