import { expect, it } from 'vitest';
import { LEAST_LOADED } from '../../../../src/serverless/hosts/least-loaded.ts';

const ROOMS = [
  { containers: 3, containersOfFunction: 0, freeFrames: 20 },
  { containers: 9, containersOfFunction: 1, freeFrames: 40 },
  { containers: 1, containersOfFunction: 2, freeFrames: 30 },
];

it('takes the host with the most free memory', () => {
  expect(LEAST_LOADED.create().choose(ROOMS)).toBe(ROOMS[1]);
});
