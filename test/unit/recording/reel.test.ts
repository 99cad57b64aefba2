import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { REEL_KINDS, captureReel, openCapture } from '../../../src/recording/index.ts';
import { copyOf } from '../../support/recorded.ts';

const CAPTURE = await openCapture(copyOf());

it.each(REEL_KINDS)('memory of a recording through its time, by %s', (by) => {
  const told: number[] = [];
  const onProgress = (done: number): void => void told.push(done);
  const reel = captureReel(CAPTURE, { by, moments: 2, onProgress });
  expect([reel.name, reel.instants.length]).toEqual([by, 2]);
  expect(told.length).toBeGreaterThan(0);
});

it('is refused by another name, at other moments, and of what is no recording', () => {
  expect(() => captureReel(CAPTURE, { by: 'giuded' })).toThrow(/did you mean guided/);
  expect(() => captureReel(CAPTURE, { moments: 1 })).toThrow(RefusedArgument);
  for (const wild of [null, {}, 5] as never[]) {
    expect(() => captureReel(wild)).toThrow(RefusedArgument);
    expect(() => captureReel(wild, { by: 'linux' })).toThrow(RefusedArgument);
  }
});
