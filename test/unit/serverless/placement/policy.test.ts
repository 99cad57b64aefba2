import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';
import { PLACEMENTS } from '../../../../src/serverless/placement/index.ts';
import { expectRooms } from '../../../../src/serverless/placement/policy.ts';

it.each([undefined, 5, {}, [undefined], [5n]])('no policy chooses from %s', (rooms) => {
  for (const { create } of PLACEMENTS) {
    expect(() => create().choose(rooms as never)).toThrow(RefusedArgument);
  }
});

it('rooms are a list of such, or none', () => {
  const rooms = [{ containers: 1, capacity: 2, most: 1 }];
  expect(expectRooms(rooms)).toBe(rooms);
  expect(expectRooms([])).toEqual([]);
});
