/** A PNG that another decoder reads back: header, checksums, pixels. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { pngOf } from '../../../src/map/png.ts';
import { pixelOf } from '../../../src/map/raster.ts';

function chunksOf(file: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(file.buffer);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < file.length;) {
    const length = view.getUint32(at);
    const body = file.subarray(at + 4, at + 8 + length);
    expect(view.getUint32(at + 8 + length)).toBe(crc32(body));
    chunks.set(String.fromCharCode(...body.subarray(0, 4)), body.subarray(4));
    at += 12 + length;
  }
  return chunks;
}

it('has the pixels it was given', () => {
  const colours = [0xff0000, 0x00ff00, 0x0000ff, 0x123456, 0xffffff, 0x000000];
  const file = pngOf(Uint32Array.from(colours, pixelOf), 3, 2, deflateSync);
  const chunks = chunksOf(file);
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...chunks.get('IHDR')!.subarray(0, 10)]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 2]);
  const raw = inflateSync(chunks.get('IDAT')!);
  expect([...raw]).toEqual([
    0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0x12, 0x34, 0x56, 255, 255, 255, 0, 0, 0,
  ]);
});
