/** How a driver cuts a message into descriptors means nothing (virtio specification 2.7.4). */

import { describe, expect, it } from 'vitest';

import { readChain, writeChain } from '../../../../src/virtio/czone/chain-bytes.ts';
import { NEXT, Ring, WRITE } from '../../../support/ring.ts';

/** A chain of buffers one behind the other from 0x100 on, gaps of one byte between them. */
function ringOf(readable: number[], writable: number[]): Ring {
  const ring = new Ring();
  const lengths = [...readable, ...writable];
  let addr = 0x100;
  lengths.forEach((length, i) => {
    const flags = (i < lengths.length - 1 ? NEXT : 0) | (i < readable.length ? 0 : WRITE);
    ring.desc(i, addr, length, flags, i + 1);
    addr += length + 1;
  });
  ring.avail(0);
  expect(ring.pop()).toBe('chain');
  return ring;
}

describe('the readable part', () => {
  it('is joined from its pieces, empty ones among them', () => {
    const ring = ringOf([2, 0, 1, 3], [4]);
    ring.memory.write(0x100, Uint8Array.of(1, 2, 99, 99, 3, 99, 4, 5, 6, 99));
    expect([...readChain(ring.memory, ring.chain, 100)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is cut at the limit, in the middle of a piece', () => {
    const ring = ringOf([2, 3], []);
    ring.memory.write(0x100, Uint8Array.of(1, 2, 99, 3, 4, 5));
    expect([...readChain(ring.memory, ring.chain, 3)]).toEqual([1, 2, 3]);
    expect(readChain(ring.memory, ring.chain, 0)).toHaveLength(0);
  });

  it('is a copy: what the driver writes later is not in it', () => {
    const ring = ringOf([2], []);
    const bytes = readChain(ring.memory, ring.chain, 10);
    ring.memory.write(0x100, Uint8Array.of(7, 7));
    expect([...bytes]).toEqual([0, 0]);
  });
});

describe('the answer', () => {
  it('fills the writable pieces in order and touches nothing else', () => {
    const ring = ringOf([1], [2, 0, 3]);
    ring.memory.bytes.fill(0xee, 0x100, 0x110);
    expect(writeChain(ring.memory, ring.chain, Uint8Array.of(1, 2, 3, 4))).toBe(true);
    expect(ring.memory.hex(0x100, 12)).toBe('ee ee 01 02 ee ee 03 04 ee ee ee ee');
  });

  it('is not begun when there is no room for all of it', () => {
    const ring = ringOf([4], [2, 1]);
    expect(writeChain(ring.memory, ring.chain, Uint8Array.of(1, 2, 3, 4))).toBe(false);
    expect(ring.memory.hex(0x105, 4)).toBe('00 00 00 00');
    expect(writeChain(ring.memory, ring.chain, Uint8Array.of(1, 2, 3))).toBe(true);
  });
});
