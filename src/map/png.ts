// Pixels as a PNG file: RGB, 8 bits a channel, no filter. Compressing is the caller's: rooms that run in a browser have no zlib.

import { expectMade, joined } from '../check/index.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const CRC_POLYNOMIAL = 0xedb88320;
const BYTE_VALUES = 256;
const CHANNELS = 3;
/** Length, name and checksum around a chunk's data. */
const CHUNK_BYTES = 12;
const HEADER_BYTES = 13;

/** What stands in every picture of this program, and in no other. */
export const PNG_MARK: RegExp = /^.PNG[^]*Software\0guestmem/;

function newCrcs(): Uint32Array {
  return Uint32Array.from({ length: BYTE_VALUES }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? CRC_POLYNOMIAL ^ (crc >>> 1) : crc >>> 1;
    return crc;
  });
}

let crcs: Uint32Array | undefined;

function crcOf(bytes: Uint8Array): number {
  const table = (crcs ??= newCrcs());
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHUNK_BYTES + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(latin1(name), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crcOf(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** A PNG with more between its header and its pixels. */
function withChunk(png: Uint8Array, more: Uint8Array): Uint8Array {
  const behind = SIGNATURE.length + CHUNK_BYTES + HEADER_BYTES;
  return joined([png.subarray(0, behind), more, png.subarray(behind)]);
}

/** A PNG that says which program made it. */
export function signedPng(png: Uint8Array): Uint8Array {
  return withChunk(png, chunk('tEXt', latin1('Software\0guestmem')));
}

/** A PNG that says of what it is: JSON as its description, in UTF-8 that nobody packed (flags and language are empty). */
export function pngAbout(png: Uint8Array, about: object): Uint8Array {
  const text = `Description\0\0\0\0\0${JSON.stringify(about)}`;
  return withChunk(png, chunk('iTXt', new TextEncoder().encode(text)));
}

/** `pixels` as paintMap draws them; `deflate` makes a zlib stream. */
export function pngOf(
  pixels: Uint32Array,
  width: number,
  height: number,
  deflate: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const row = 1 + width * CHANNELS;
  const raw = new Uint8Array(row * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = pixels[y * width + x] as number;
      const at = y * row + 1 + x * CHANNELS;
      raw[at] = pixel;
      raw[at + 1] = pixel >>> 8;
      raw[at + 2] = pixel >>> 16;
    }
  }
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2], 8); // 8 bits a channel, RGB
  const packed = expectMade('what deflate gives', deflate(raw), Uint8Array, 'bytes');
  const data = chunk('IDAT', packed);
  const end = chunk('IEND', new Uint8Array());
  return signedPng(joined([Uint8Array.from(SIGNATURE), chunk('IHDR', header), data, end]));
}
