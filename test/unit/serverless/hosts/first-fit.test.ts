import { expect, it } from 'vitest';
import { FIRST_FIT } from '../../../../src/serverless/hosts/first-fit.ts';

const ROOMS = [
  { containers: 3, containersOfFunction: 0, freeFrames: 20 },
  { containers: 9, containersOfFunction: 1, freeFrames: 40 },
  { containers: 1, containersOfFunction: 2, freeFrames: 30 },
];

it('takes the first host that has room', () => {
  expect(FIRST_FIT.create().choose(ROOMS)).toBe(ROOMS[0]);
});
