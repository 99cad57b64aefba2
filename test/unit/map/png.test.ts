/** A PNG that another decoder reads back: header, checksums, pixels. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { PNG_MARK, pngAbout, pngOf, signedPng } from '../../../src/map/png.ts';
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
  expect([...chunks.keys()]).toEqual(['IHDR', 'tEXt', 'IDAT', 'IEND']);
  expect(Buffer.from(chunks.get('tEXt')!).toString()).toBe('Software\0guestmem');
  expect([...chunks.get('IHDR')!.subarray(0, 10)]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 2]);
  const raw = inflateSync(chunks.get('IDAT')!);
  expect([...raw]).toEqual([
    0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0x12, 0x34, 0x56, 255, 255, 255, 0, 0, 0,
  ]);
});

const isOurs = (png: Uint8Array): boolean => PNG_MARK.test(Buffer.from(png).toString('latin1'));

it('is told from those of other programs, which can be made ours', () => {
  const ours = pngOf(new Uint32Array(1), 1, 1, deflateSync);
  const behindHeader = 8 + 12 + chunksOf(ours).get('IHDR')!.length;
  const behindSoftware = behindHeader + 12 + chunksOf(ours).get('tEXt')!.length;
  const theirs = Buffer.concat([ours.subarray(0, behindHeader), ours.subarray(behindSoftware)]);
  expect([isOurs(ours), isOurs(theirs)]).toEqual([true, false]);
  expect(signedPng(theirs)).toEqual(ours);
});

it('says of what it is in UTF-8, and stays the picture that it is', () => {
  const picture = pngOf(new Uint32Array(1), 1, 1, deflateSync);
  const about = { recording: '…é', command: ['guestmem', 'map'] };
  const told = chunksOf(pngAbout(picture, about));
  const text = Buffer.from(told.get('iTXt')!).toString('utf8');
  expect(text.startsWith('Description\0\0\0\0\0')).toBe(true);
  expect(JSON.parse(text.slice(16))).toEqual(about);
  expect(isOurs(pngAbout(picture, about))).toBe(true);
  expect(told.get('IDAT')).toEqual(chunksOf(picture).get('IDAT'));
});
