import { expect, it } from 'vitest';
import { overheadOf } from '../../../src/replay/overhead.ts';
import { CAUSES } from '../../../src/serverless/index.ts';

function own(cache?: 'dax' | 'double'): string[] {
  return CAUSES.filter((_, at) => overheadOf(cache)[at] === 0);
}

it('is all but the functions’ own memory: their copies of files in the guests, or on the host', () => {
  expect(own()).toEqual(['fileShared', 'anonymous']);
  expect(own('double')).toEqual(own());
  expect(own('dax')).toEqual(['fileShared', 'anonymous', 'hostCache']);
});
