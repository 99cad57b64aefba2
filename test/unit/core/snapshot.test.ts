// Where a snapshot is not empty, and that only those parts are written.

import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../src/core/config.ts';
import { snapshotOf, writeRuns } from '../../../src/core/snapshot.ts';

const CONFIG = withDefaults({ frames: 1024 });
const PIECE = 4096;

/** So many bytes, of which those at the given places are not zero. */
function bytesWith(length: number, ...places: number[]): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const at of places) bytes[at] = 1;
  return bytes;
}

const runsOf = (bytes: Uint8Array): number[] => [...snapshotOf(CONFIG, bytes).runs];

describe('runs of a snapshot', () => {
  it('are the pieces with anything in them, neighbours joined', () => {
    expect(runsOf(bytesWith(5 * PIECE))).toEqual([]);
    expect(runsOf(bytesWith(5 * PIECE, PIECE))).toEqual([PIECE, 2 * PIECE]);
    expect(runsOf(bytesWith(5 * PIECE, 2 * PIECE - 1, 2 * PIECE, 4 * PIECE))).toEqual([
      PIECE,
      3 * PIECE,
      4 * PIECE,
      5 * PIECE,
    ]);
  });

  it('end with the bytes, whatever is left of the last piece', () => {
    const length = PIECE + 8;
    expect(runsOf(bytesWith(length, length - 1))).toEqual([PIECE, length]);
  });

  it('are found in a part of a buffer too', () => {
    const whole = bytesWith(3 * PIECE, 0, 2 * PIECE + 5);
    expect(runsOf(whole.subarray(PIECE))).toEqual([PIECE, 2 * PIECE]);
  });
});

describe('writing', () => {
  it('puts the runs at their places behind the base, and touches nothing else', () => {
    const bytes = bytesWith(3 * PIECE, PIECE + 3);
    const target = new Uint8Array(4 * PIECE).fill(7);
    writeRuns(snapshotOf(CONFIG, bytes), target, 100);
    expect(target.subarray(100 + PIECE, 100 + 2 * PIECE)).toEqual(bytes.subarray(PIECE, 2 * PIECE));
    expect([target[99 + PIECE], target[100 + 2 * PIECE]]).toEqual([7, 7]);
  });
});
