import { expect, it } from 'vitest';
import { FRAME_BYTES } from '../../../src/abi/unit.ts';
import { runsOf } from '../../../src/graph/form.ts';

it('runs are of the pages that are not zero, neighbours joined, the last page short', () => {
  const bytes = new Uint8Array(5 * FRAME_BYTES + 3);
  expect(runsOf(bytes)).toEqual([]);
  bytes[FRAME_BYTES] = 1;
  bytes[3 * FRAME_BYTES - 1] = 1;
  bytes[5 * FRAME_BYTES + 2] = 1;
  expect(runsOf(bytes)).toEqual([1, 2, 5, 1]);
});

it('bytes need not begin at a word', () => {
  const bytes = new Uint8Array(2 * FRAME_BYTES + 1).subarray(1);
  bytes[FRAME_BYTES] = 9;
  expect(runsOf(bytes)).toEqual([1, 1]);
});
