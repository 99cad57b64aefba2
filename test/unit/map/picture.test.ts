import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { instantAt, mapPng } from '../../../src/map/index.ts';
import { captureReel, openCapture } from '../../../src/recording/index.ts';
import { copyOf } from '../../support/recorded.ts';

const REEL = captureReel(await openCapture(copyOf()), { moments: 3 });

it('the moment of a time is the last that is not after it', () => {
  const [, second, third] = REEL.instants.map(({ atMs }) => atMs) as [number, number, number];
  expect([0, second - 0.01, second, third, 1e12].map((atMs) => instantAt(REEL, atMs))).toEqual([
    0, 0, 1, 2, 2,
  ]);
});

it('a picture of a moment is a PNG, of the last one if none is said', () => {
  const png = mapPng(REEL, deflateSync);
  expect(String.fromCharCode(...png.subarray(1, 4))).toBe('PNG');
  expect(mapPng(REEL, deflateSync, 2)).toEqual(png);
  expect(mapPng(REEL, deflateSync, 0)).not.toEqual(png);
});

it('what is no reel, no moment or packs nothing is refused', () => {
  expect(() => mapPng(undefined as never, deflateSync)).toThrow(RefusedArgument);
  expect(() => mapPng(REEL, 5 as never)).toThrow(RefusedArgument);
  expect(() => mapPng(REEL, (() => ({ length: -1 })) as never)).toThrow(RefusedArgument);
  expect(() => mapPng(REEL, deflateSync, 3)).toThrow(RefusedArgument);
  expect(() => instantAt(REEL, -1)).toThrow(RefusedArgument);
});
