/** Codes of containers stay. */
import { expect, it } from 'vitest';
import { Owners } from '../../../src/map/owners.ts';
import { USES_MOST, USE_OWNER } from '../../../src/map/use.ts';

it('a container has the code that it got first', () => {
  const owners = new Owners();
  expect([owners.code('a', 'A'), owners.code('b', 'B'), owners.code('a', 'A')]).toEqual([
    USE_OWNER,
    USE_OWNER + 1,
    USE_OWNER,
  ]);
  expect(owners.names).toEqual(['A', 'B']);
});

it('when there are no codes left the rest share the last', () => {
  const owners = new Owners();
  const codes = Array.from({ length: 300 }, (_, at) => owners.code(at, `${at}`));
  expect(Math.max(...codes)).toBe(USES_MOST - 1);
  expect(codes.at(-1)).toBe(USES_MOST - 1);
  expect(owners.names.at(-1)).toBe('other containers');
});
