import { expect, it } from 'vitest';
import { HandleEnded } from '../../../src/check/index.ts';

it('says what has ended and why', () => {
  const error = new HandleEnded('VM 3', 'stopped');
  expect(error.message).toBe('VM 3 has ended: stopped');
  expect(error).toMatchObject({ name: 'HandleEnded', what: 'VM 3', why: 'stopped' });
});
