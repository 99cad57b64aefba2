/** Uses by code. */
import { expect, it } from 'vitest';
import {
  USE_BALLOON,
  USE_FREE,
  USE_NAMES,
  USE_OWNER,
  USE_PER_CPU,
  isTaken,
} from '../../../src/map/use.ts';

it('every code below the first container has a name of its own', () => {
  expect(USE_NAMES.length).toBe(USE_OWNER);
  expect(new Set(USE_NAMES).size).toBe(USE_OWNER);
});

it('what is free is not taken, a balloon is', () => {
  expect([USE_FREE, USE_PER_CPU, USE_BALLOON, USE_OWNER + 3].map(isTaken)).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
