import { expect, it } from 'vitest';
import { SAME_FUNCTION } from '../../../../src/serverless/hosts/same-function.ts';

const ROOMS = [
  { containers: 3, containersOfFunction: 0, freeFrames: 20 },
  { containers: 9, containersOfFunction: 1, freeFrames: 40 },
  { containers: 1, containersOfFunction: 2, freeFrames: 30 },
];

it('takes the host with the most containers of the function', () => {
  expect(SAME_FUNCTION.create().choose(ROOMS)).toBe(ROOMS[2]);
});
