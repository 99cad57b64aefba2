/** Requests and answers byte by byte; the vectors are written from docs/linux-memory.md D.1 and G.1. */

import { expect, it } from 'vitest';

import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  expectSpan,
} from '../../../../src/virtio/mem/request.ts';
import { RefusedArgument } from '../../../../src/check/index.ts';
import { hex } from '../../../support/virtio.ts';

it('a PLUG request and its ACK', () => {
  const bytes = encodeRequest({ type: 0, addr: 0x80_0000_0000, blocks: 64 });
  expect(hex(bytes)).toBe(
    '00 00 00 00 00 00 00 00 00 00 00 00 80 00 00 00 40 00 00 00 00 00 00 00',
  );
  expect(decodeRequest(bytes)).toEqual({ type: 0, addr: 0x80_0000_0000, blocks: 64 });
  expect(encodeResponse({ type: 0, state: 0 })).toEqual(new Uint8Array(10));
});

it('every field of a request has its place', () => {
  const bytes = Uint8Array.from([
    3, 0, 9, 9, 9, 9, 9, 9, 0x00, 0x00, 0x20, 0x40, 0x01, 0, 0, 0, 0x02, 0x01, 9, 9, 9, 9, 9, 9,
  ]);
  expect(decodeRequest(bytes)).toEqual({ type: 3, addr: 0x1_4020_0000, blocks: 0x102 });
});

it('an address that no double holds becomes one far outside every region', () => {
  const bytes = new Uint8Array(24).fill(0xff);
  expect(decodeRequest(bytes)).toEqual({ type: 0xffff, addr: 2 ** 64, blocks: 0xffff });
});

it('a response has its type first and the state of a STATE request behind', () => {
  expect(hex(encodeResponse({ type: 3, state: 0 }))).toBe('03 00 00 00 00 00 00 00 00 00');
  expect(hex(encodeResponse({ type: 0, state: 2 }))).toBe('00 00 00 00 00 00 00 00 02 00');
  expect(decodeResponse(Uint8Array.of(1, 0, 9, 9, 9, 9, 9, 9, 2, 1))).toEqual({
    type: 1,
    state: 0x102,
  });
});

it('messages are read where they lie in a larger buffer', () => {
  const buffer = new Uint8Array(40);
  buffer.set(encodeRequest({ type: 1, addr: 0x20_0000, blocks: 5 }), 7);
  expect(decodeRequest(buffer.subarray(7, 31))).toEqual({ type: 1, addr: 0x20_0000, blocks: 5 });
});

it('a span of memory has an end', () => {
  for (const [addr, lengthBytes] of [
    [5n, 1],
    [0, Infinity],
    [Symbol('x'), 1],
    [0, 2 ** 47],
  ]) {
    expect(() => expectSpan(addr as never, lengthBytes as never)).toThrow(RefusedArgument);
  }
  expectSpan(2 ** 32, 2 ** 30);
});
