import { expect, it } from 'vitest';
import { paceOf } from '../../../src/recorder/pace.ts';

it('a guest tells its pace in one form, and nothing else is one', () => {
  expect(paceOf('[ 1.2] RECORDER PACE 10 400 calls\r')).toEqual({
    done: 10,
    total: 400,
    what: 'calls',
  });
  for (const line of ['RECORDER READY', 'RECORDER PACE 10 calls', 'RECORDER PACE x 1 calls', '']) {
    expect(paceOf(line)).toBe(undefined);
  }
});
