import { describe, expect, it } from 'vitest';

import { BumpMemory, FlatMemory } from '../../../src/virtio/flat-memory.ts';

describe('flat memory', () => {
  it('is little-endian at every width, aligned or not', () => {
    const memory = new FlatMemory(32);
    memory.writeU16(1, 0x0201);
    memory.writeU32(3, 0x0605_0403);
    memory.writeU64(7, 0x0e0d_0c0b_0a09);
    expect([...memory.bytes.subarray(0, 15)]).toEqual([
      0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 0, 0,
    ]);
    expect([memory.readU16(1), memory.readU32(3)]).toEqual([0x0201, 0x0605_0403]);
    expect(memory.readU64(7)).toBe(0x0e0d_0c0b_0a09);
  });

  it('is somebody else’s bytes, asked for again when a view of them has ended', () => {
    const wasm = new WebAssembly.Memory({ initial: 1 });
    const memory = new FlatMemory(() => new Uint8Array(wasm.buffer, 16, 32));
    memory.writeU32(0, 7);
    wasm.grow(1);
    expect([memory.readU32(0), memory.writeU16(30, 9), memory.contains(30, 3)]).toEqual([
      7,
      true,
      false,
    ]);
    expect(new Uint8Array(wasm.buffer)[46]).toBe(9);
  });

  it('reads what is too large for a double as the nearest', () => {
    const memory = new FlatMemory(8);
    memory.bytes.fill(0xff);
    expect(memory.readU64(0)).toBe(2 ** 64);
  });

  it('ends at its last byte, for every way in', () => {
    const memory = new FlatMemory(16);
    for (const [width, addr] of [
      [2, 15],
      [4, 13],
      [8, 9],
      [2, -1],
      [4, 2 ** 60],
      [8, Number.MAX_SAFE_INTEGER],
    ] as const) {
      const byWidth = { 2: 'U16', 4: 'U32', 8: 'U64' } as const;
      expect(memory[`read${byWidth[width]}`](addr)).toBeUndefined();
      expect(memory[`write${byWidth[width]}`](addr, 1)).toBe(false);
      expect(memory.read(addr, width)).toBeUndefined();
    }
    expect(memory.bytes.every((byte) => byte === 0)).toBe(true);
    expect([memory.writeU16(14, 1), memory.writeU32(12, 1), memory.writeU64(8, 1)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('writes no number that does not fit, and none between two addresses', () => {
    const memory = new FlatMemory(32);
    for (const bits of [16, 32, 64] as const) {
      for (const value of [-1, 0.5, 2 ** bits, Number.NaN]) {
        expect(() => memory[`writeU${bits}`](8, value)).toThrow('value: expected a whole number');
      }
      expect(memory[`writeU${bits}`](8.5, 1)).toBe(false);
      expect(memory[`readU${bits}`](8.5)).toBeUndefined();
    }
    expect(memory.bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('writes all or nothing', () => {
    const memory = new FlatMemory(4);
    expect(memory.write(2, Uint8Array.of(1, 2, 3))).toBe(false);
    expect([...memory.bytes]).toEqual([0, 0, 0, 0]);
    expect(memory.write(2, Uint8Array.of(1, 2))).toBe(true);
  });

  it('contains an empty range where an address is, and no range of negative length', () => {
    const memory = new FlatMemory(4);
    expect([memory.contains(4, 0), memory.contains(5, 0), memory.contains(2, -1)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a bump allocator', () => {
  it('hands out aligned, zeroed memory that does not overlap', () => {
    const memory = new FlatMemory(64);
    memory.bytes.fill(0xee);
    const source = new BumpMemory(memory, 3);
    expect([source.alloc(5, 8), source.alloc(1, 1), source.alloc(4, 16)]).toEqual([8, 13, 16]);
    expect([...memory.bytes.subarray(7, 15)]).toEqual([0xee, 0, 0, 0, 0, 0, 0, 0xee]);
  });

  it('has no more when memory ends, and still the smaller piece', () => {
    const source = new BumpMemory(new FlatMemory(32), 16);
    expect(source.alloc(17, 1)).toBeUndefined();
    expect(source.alloc(16, 1)).toBe(16);
    expect(source.alloc(1, 1)).toBeUndefined();
  });

  it('uses nothing twice: what is freed stays as it was', () => {
    const memory = new FlatMemory(32);
    const source = new BumpMemory(memory, 0);
    const addr = source.alloc(8, 8) ?? -1;
    memory.writeU32(addr, 7);
    source.free();
    expect(source.alloc(8, 8)).toBe(8);
    expect(memory.readU32(addr)).toBe(7);
  });
});
