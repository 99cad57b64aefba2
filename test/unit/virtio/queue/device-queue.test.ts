import { describe, expect, it } from 'vitest';

import { INDIRECT, NEXT, PLAIN, Ring, SIZE, TABLE, WRITE } from '../../../support/ring.ts';

describe('a device takes', () => {
  it('a chain of readable and writable buffers, and nothing when there is nothing', () => {
    const ring = new Ring();
    expect(ring.pop()).toBe('empty');
    ring.desc(2, 0x100, 24, NEXT, 5).desc(5, 0x200, 10, WRITE).avail(2);
    expect(ring.pop()).toBe('chain');
    const { chain } = ring;
    expect([chain.head, chain.count, chain.readableCount]).toEqual([2, 2, 1]);
    expect([chain.addr(0), chain.lengthBytes(0), chain.addr(1), chain.writableBytes()]).toEqual([
      0x100, 24, 0x200, 10,
    ]);
    expect(ring.pop()).toBe('empty');
  });

  it('an indirect table, whose own WRITE flag means nothing', () => {
    const ring = new Ring(INDIRECT);
    ring.desc(0, 0x4000, 32, TABLE | WRITE);
    ring.desc(0, 0x100, 24, NEXT, 1, 0x4000).desc(1, 0x200, 10, WRITE, 0, 0x4000).avail(0);
    expect(ring.pop()).toBe('chain');
    expect([ring.chain.count, ring.chain.readableCount]).toEqual([2, 1]);
  });

  it('a chain that ends with one indirect descriptor', () => {
    const ring = new Ring(INDIRECT);
    ring.desc(0, 0x100, 4, NEXT, 1).desc(1, 0x4000, 16, TABLE);
    ring.desc(0, 0x200, 10, WRITE, 0, 0x4000).avail(0);
    expect(ring.pop()).toBe('chain');
    expect([ring.chain.count, ring.chain.readableCount]).toEqual([2, 1]);
  });

  it('a full ring, and goes round past 65535', () => {
    const ring = new Ring();
    for (let i = 0; i < SIZE; i++) ring.desc(i, 0x100, 1);
    for (let round = 0; round < 65536 / SIZE + 2; round++) {
      ring.avail(0, 1, 2, 3, 4, 5, 6, 7);
      for (let i = 0; i < SIZE; i++) {
        if (ring.pop() !== 'chain' || ring.chain.head !== i) throw new Error(`round ${round}`);
        ring.device.pushUsed(i, 0);
      }
    }
    expect(ring.memory.readU16(ring.layout.usedAddr + 2)).toBe(16);
  });

  it('the same chain again after it was put back', () => {
    const ring = new Ring();
    ring.desc(3, 0x100, 4).avail(3);
    ring.pop();
    ring.device.undoPop();
    expect(ring.pop()).toBe('chain');
    expect(ring.chain.head).toBe(3);
  });
});

function table(ring: Ring, lengthBytes: number): Ring {
  return ring.desc(0, 0x4000, lengthBytes, TABLE).avail(0);
}

describe('a device refuses', () => {
  const broken: [string, string, (ring: Ring) => void][] = [
    ['a head out of range', 'descriptor-index', (r) => r.avail(SIZE)],
    ['a next out of range', 'descriptor-index', (r) => r.desc(0, 0, 1, NEXT, SIZE).avail(0)],
    ['a loop', 'descriptor-loop', (r) => r.desc(0, 0, 1, NEXT, 1).desc(1, 0, 1, NEXT, 0).avail(0)],
    ['a buffer past memory', 'buffer-bounds', (r) => r.desc(0, 0xffff, 2).avail(0)],
    ['a buffer that wraps', 'buffer-bounds', (r) => r.desc(0, 2 ** 63, 0xffff_ffff).avail(0)],
    [
      'readable after writable',
      'readable-after-writable',
      (r) =>
        r
          .desc(0, 0, 1, NEXT | WRITE, 1)
          .desc(1, 0, 1)
          .avail(0),
    ],
    ['a jump of the index', 'avail-index-jump', (r) => r.avail(...Array<number>(SIZE + 1).fill(0))],
    [
      'a nested table',
      'indirect-nested',
      (r) => table(r, 16).desc(0, 0x5000, 16, TABLE, 0, 0x4000),
    ],
    ['a table with NEXT', 'indirect-and-next', (r) => r.desc(0, 0x4000, 16, TABLE | NEXT).avail(0)],
    ['a table of odd length', 'indirect-length', (r) => table(r, 24)],
    ['an empty table', 'indirect-length', (r) => table(r, 0)],
    ['a table past memory', 'indirect-bounds', (r) => r.desc(0, 0xfff8, 16, TABLE).avail(0)],
    [
      'a next past the table',
      'descriptor-index',
      (r) => table(r, 16).desc(0, 0x100, 1, NEXT, 1, 0x4000),
    ],
  ];

  it.each(broken)('%s: %s', (_, fault, prepare) => {
    const ring = new Ring(INDIRECT);
    prepare(ring);
    expect(ring.pop()).toBe(`fault ${fault}`);
    expect(ring.pop()).toBe(`fault ${fault}`);
    expect(ring.device.pushUsed(0, 0)).toBe(false);
  });

  it('a table that was not negotiated', () => {
    const ring = new Ring(PLAIN);
    table(ring, 16);
    expect(ring.pop()).toBe('fault indirect-not-negotiated');
  });
});

describe('notifications', () => {
  it('follow the flags without EVENT_IDX', () => {
    const ring = new Ring();
    expect(ring.device.takeInterrupt()).toBe(false);
    ring.device.pushUsed(0, 0);
    expect(ring.device.takeInterrupt()).toBe(true);
    ring.memory.writeU16(ring.layout.availAddr, 1);
    ring.device.pushUsed(0, 0);
    expect(ring.device.takeInterrupt()).toBe(false);
  });

  it('follow used_event and write avail_event with EVENT_IDX', () => {
    const ring = new Ring({ eventIdx: true, indirect: false });
    ring.desc(0, 0x100, 1).avail(0, 0);
    ring.pop();
    expect(ring.memory.readU16(ring.layout.usedAddr + 4 + 8 * SIZE)).toBe(1);
    ring.memory.writeU16(ring.layout.availAddr + 4 + 2 * SIZE, 1);
    ring.device.pushUsed(0, 0);
    expect(ring.device.takeInterrupt()).toBe(false);
    ring.device.pushUsed(0, 0);
    expect(ring.device.takeInterrupt()).toBe(true);
  });
});
