// One moment of a reel as PNG, and which moment that is.

import { expectFunction, expectInteger, expectNumber } from '../check/index.ts';
import { layoutOfMaps } from './layout.ts';
import { paletteOf } from './palette.ts';
import { pngOf } from './png.ts';
import { paintMap } from './raster.ts';
import { type MapInstant, type MapReel, expectReel } from './reel.ts';

const WIDTH = 1920;
const HEIGHT_MOST = 1200;

/** The moment of a reel, by its index, that is the last which is not after so many milliseconds; 0 before the first. */
export function instantAt(reel: MapReel, atMs: number): number {
  expectNumber('atMs', atMs, 0);
  const at = expectReel(reel).instants.findLastIndex((instant) => instant.atMs <= atMs);
  return Math.max(0, at);
}

/**
 * One moment of a reel, the last if none is said, as the bytes of a PNG of up to 1920 by 1200 pixels (`guestmem map --out FILE.png`).
 * `deflate` packs bytes as zlib does: `deflateSync` of node:zlib, or another one in a browser.
 */
export function mapPng(
  reel: MapReel,
  deflate: (bytes: Uint8Array) => Uint8Array,
  instant?: number,
): Uint8Array {
  expectFunction('deflate', deflate);
  const last = expectReel(reel).instants.length - 1;
  const { map } = reel.instants[expectInteger('instant', instant ?? last, 0, last)] as MapInstant;
  const layout = layoutOfMaps([map], WIDTH, HEIGHT_MOST, reel.guestFrames);
  const pixels = new Uint32Array(layout.width * layout.height);
  paintMap(map, layout, paletteOf('light'), pixels, reel);
  return pngOf(pixels, layout.width, layout.height, deflate);
}
