import { describe, expect, it } from 'vitest';
import { checkOptions } from '../../../src/trace/options.ts';
import { makeVhive, openRows } from '../../support/trace-folders.ts';

describe('options', () => {
  it('that are not said are no limit', () => {
    expect(checkOptions({ seed: 0 })).toEqual({
      seed: 0,
      minuteLimit: Infinity,
      maximumInvocations: Infinity,
    });
    expect(checkOptions({ seed: 7, minutes: 3, maximumInvocations: 0 })).toEqual({
      seed: 7,
      minuteLimit: 3,
      maximumInvocations: 0,
    });
  });

  it.each([
    [{ seed: 0.5 }, 'seed: expected a non-negative safe integer, found 0.5'],
    [{ seed: 2 ** 53 }, 'seed'],
    [{ seed: 1, minutes: Number.NaN }, 'minutes: expected an integer of 1 or more, found NaN'],
    [{ seed: 1, maximumInvocations: -1 }, 'maximumInvocations'],
    [{ seed: 1, maximumInvocations: Number.NaN }, 'maximumInvocations'],
  ])('that are wrong are named: %j', (options, message) => {
    expect(() => checkOptions(options)).toThrow(message);
  });

  it('out of range are the caller’s fault', () => {
    const seed = 1;
    const folder = makeVhive([[1]]);
    expect(() => openRows(folder, { seed: -1 })).toThrow(RangeError);
    expect(() => openRows(folder, { seed, minutes: 0 })).toThrow(RangeError);
    expect(() => openRows(folder, { seed, minutes: 1.5 })).toThrow(RangeError);
  });
});
